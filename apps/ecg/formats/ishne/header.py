"""The fixed header of an ISHNE Holter file (Badilini 1998), little-endian."""

from __future__ import annotations

import datetime as dt
import struct
from dataclasses import dataclass

from apps.ecg.formats.canonical import PatientIdentity, Refused
from apps.ecg.formats.checksums import crc_ccitt

MAGIC = b"ISHNE1.0"
CRC = struct.Struct("<H")
FIXED = struct.Struct("<4ih40s40s20shh6s6s6s6sh24s24s24sh40sh80s80s88s")
BODY_AT = len(MAGIC) + CRC.size
FIXED_END = BODY_AT + FIXED.size  # 522
MOST_LEADS = 12
_TRIPLE = struct.Struct("<3h")
_SLOTS = struct.Struct("<12h")


@dataclass(frozen=True, slots=True)
class Header:
    samples_at: int
    samples: int  # as written: of one lead, or of all
    patient: PatientIdentity
    acquired: dt.datetime | None
    leads: tuple[int, ...]
    resolutions_nv: tuple[int, ...]
    rate: int
    recorder: str


def read_header(data: bytes) -> Header:
    """Everything the header says, once its checksum proves it. Raises Refused."""
    if len(data) < FIXED_END:
        raise Refused(
            "truncated", "The file ends within its header; send it again.", field="header"
        )
    found = FIXED.unpack_from(data, BODY_AT)
    var_length, samples, _, samples_at = found[:4]
    if var_length < 0 or samples_at != FIXED_END + var_length or samples_at > len(data):
        raise _bad("offsets")
    if crc_ccitt(data[BODY_AT:samples_at]) != CRC.unpack_from(data, len(MAGIC))[0]:
        raise Refused("checksum", "The header's checksum is wrong; send it again.", field="CRC")
    count = found[14]
    if not 0 < count <= MOST_LEADS:
        raise _bad("number of leads")
    return Header(
        samples_at=samples_at,
        samples=samples,
        patient=_patient(found),
        acquired=_acquired(found[11], found[13]),
        leads=_SLOTS.unpack(found[15])[:count],
        resolutions_nv=_SLOTS.unpack(found[17])[:count],
        rate=found[20],
        recorder=_text(found[19]),
    )


def _patient(found: tuple[bytes | int, ...]) -> PatientIdentity:
    first, last, identifier, sex, born = (found[n] for n in (5, 6, 7, 8, 10))
    day = _date(bytes(born)) if isinstance(born, bytes) else None
    return PatientIdentity(
        family_name=_text(last),
        given_name=_text(first),
        identifier=_text(identifier),
        born_on=day,
        sex="M" if sex == 1 else "F" if sex == 2 else "",
    )


def _acquired(date: bytes, time: bytes) -> dt.datetime | None:
    day = _date(date)
    try:
        return dt.datetime.combine(day, dt.time(*_TRIPLE.unpack(time))) if day else None
    except ValueError:
        return None


def _date(raw: bytes) -> dt.date | None:
    day, month, year = _TRIPLE.unpack(raw)
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _text(raw: bytes | int) -> str:
    return raw.split(b"\0")[0].decode("latin-1").strip() if isinstance(raw, bytes) else ""


def _bad(field: str) -> Refused:
    return Refused("ishne-header", "The header of the ISHNE file contradicts itself.", field=field)
