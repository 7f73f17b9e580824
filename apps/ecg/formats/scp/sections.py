"""The record and its sections: lengths, checksums and pointers (EN 1064, 5.2 and 5.3)."""

from __future__ import annotations

import binascii
import struct
from typing import NamedTuple, NoReturn

from apps.ecg.formats.canonical import Refused

SIGNATURE = b"SCPECG"
RECORD = struct.Struct("<HI")  # CRC, length
HEADER = struct.Struct("<HHIBB6s")  # CRC, id, length, section version, protocol version, reserved
POINTER = struct.Struct("<HII")  # id, length, index of the first byte counted from 1
OLDEST, NEWEST = 13, 30
SHORTEST = RECORD.size + HEADER.size + POINTER.size
SHORTEST_DIRECTORY = HEADER.size + POINTER.size
FIELD = "Section 0"


class Record(NamedTuple):
    """The bodies of the sections that are not empty, by id, and the protocol of the record."""

    sections: dict[int, bytes]
    protocol: int


def crc(data: bytes | memoryview) -> int:
    """CRC-CCITT, polynomial 0x1021, beginning with 0xFFFF."""
    return binascii.crc_hqx(data, 0xFFFF)


def recognises(data: bytes) -> bool:
    """A section 0 at its place, with the signature or, as before version 2, without."""
    if data[8:10] == b"\0\0" and data[16:22] == SIGNATURE:
        return True
    if len(data) < SHORTEST:
        return False
    _, number, length, _, protocol, _ = HEADER.unpack_from(data, RECORD.size)
    first = POINTER.unpack_from(data, RECORD.size + HEADER.size)
    return bool(
        number == 0
        and 10 <= protocol <= NEWEST
        and length >= SHORTEST_DIRECTORY
        and first[:2] == (0, length)
    )


def read_record(data: bytes) -> Record:
    """Every section, its checksum verified. Raises Refused."""
    if len(data) < SHORTEST:
        _truncated()
    directory = _directory_header(data)
    _check_record(data)
    view = memoryview(data)
    body = _section(view, 0, directory.length, RECORD.size, directory.protocol)
    sections: dict[int, bytes] = {}
    for number, length, index in POINTER.iter_unpack(body):
        if number in sections:
            _refuse("scp-pointers", f"Section {number} is listed twice.")
        if number and length:
            sections[number] = _section(view, number, length, index - 1, directory.protocol)
    return Record(sections, directory.protocol)


class _Directory(NamedTuple):
    length: int
    protocol: int


def _directory_header(data: bytes) -> _Directory:
    _, _, length, _, protocol, _ = HEADER.unpack_from(data, RECORD.size)
    index = POINTER.unpack_from(data, RECORD.size + HEADER.size)[2]
    if index != RECORD.size + 1:
        _refuse(
            "scp-not-conformant",
            "The file counts its sections unlike SCP-ECG (Healforce devices do); it is not read.",
        )
    if not OLDEST <= protocol <= NEWEST:
        _refuse("scp-version", f"SCP-ECG protocol {protocol / 10:g} is not read (1.3 to 3.0 are).")
    if length < SHORTEST_DIRECTORY or (length - HEADER.size) % POINTER.size:
        _refuse("scp-pointers", "The list of sections has an impossible length.")
    return _Directory(length, protocol)


def _check_record(data: bytes) -> None:
    stated, length = RECORD.unpack_from(data)
    if length > len(data):
        _truncated()
    if length < len(data):
        raise Refused("data-length", "The file is longer than it says.", field="Record")
    if crc(memoryview(data)[2:]) != stated:
        raise Refused(
            "checksum", "The checksum of the record is wrong; transfer it again.", field="Record"
        )


def _truncated() -> NoReturn:
    raise Refused(
        "truncated", "The file is shorter than it says; transfer it again.", field="Record"
    )


def _section(view: memoryview, number: int, length: int, start: int, protocol: int) -> bytes:
    """The body of one section, within the record and as the directory says."""
    field = f"Section {number}"
    if length < HEADER.size or start < RECORD.size or start + length > len(view):
        raise Refused("scp-pointers", f"{field} does not lie within the record.", field=field)
    stated, own_number, own_length, _, own_protocol, _ = HEADER.unpack_from(view, start)
    if (own_number, own_length) != (number, length):
        raise Refused("scp-pointers", f"{field} is not where the directory says.", field=field)
    if crc(view[start + 2 : start + length]) != stated:
        raise Refused("checksum", f"The checksum of section {number} is wrong.", field=field)
    if own_protocol > NEWEST or (own_protocol >= NEWEST) != (protocol >= NEWEST):
        raise Refused("scp-version", f"{field} follows another protocol version.", field=field)
    return bytes(view[start + HEADER.size : start + length])


def _refuse(code: str, message: str) -> NoReturn:
    raise Refused(code, message, field=FIELD)
