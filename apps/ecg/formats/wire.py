"""A decoded ECG between processes: a JSON header and raw samples, nothing that executes.

The sender may be a parser that hostile input took over, so every value is checked on arrival.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import struct
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np

from .canonical import (
    Check,
    DecodedEcg,
    DecodeWarning,
    Filters,
    Lead,
    Override,
    PatientIdentity,
    Refused,
    SourceMeasurement,
    SourceStatement,
    Waveform,
)
from .flat import fields_of
from .scale import check_rate, check_scale

Buffer = bytes | memoryview

MAX_SAMPLES = 16 << 20
_LENGTH = struct.Struct("<I")
_MALFORMED = (
    *(Refused, InvalidOperation, struct.error, RecursionError),
    *(AttributeError, LookupError, TypeError, ValueError),
)
_CODE = re.compile(r"[a-z0-9-]{1,40}")
_TEXTS = [
    "format",
    "decoder",
    "vendor",
    "model",
    "software",
    "device_serial",
    "station",
    "institution",
    "time_source",
    "accession_number",
    "sop_instance_uid",
    "study_instance_uid",
    "electrode_system",
    "zone",
]
_LEVELS = {"pass", "warn", "quarantine"}
MAX_CHECKS = 200


class WireError(ValueError):
    """The bytes are not a result this module wrote."""


def encode(result: DecodedEcg | Refused) -> bytes:
    """A decoded ECG or a refusal as bytes for `decode_wire`."""
    return b"".join(encoded_parts(result))


def encoded_parts(result: DecodedEcg | Refused) -> list[Buffer]:
    """The same in parts to send one after another, the samples from where they lie."""
    if isinstance(result, Refused):
        refusal: dict[str, Any] = {"code": result.code, "message": result.message}
        refusal |= {"field": result.field, "checks": [fields_of(c) for c in result.checks]}
        return _framed({"refused": refusal}, [])
    waveforms = [result.rhythm] if result.median is None else [result.rhythm, result.median]
    header: dict[str, Any] = {name: getattr(result, name) for name in _TEXTS}
    header |= {
        "acquired_local": result.acquired_local and result.acquired_local.isoformat(),
        "utc_offset_minutes": result.utc_offset_minutes,
        "patient": fields_of(result.patient)
        | {"born_on": result.patient.born_on and result.patient.born_on.isoformat()},
        "filters": fields_of(result.filters),
        "measurements": [fields_of(m) for m in result.measurements],
        "statements": [fields_of(s) for s in result.statements],
        "warnings": [fields_of(w) for w in result.warnings],
        "experimental": result.experimental,
        "is_demo": result.is_demo,
        "overrides": [fields_of(o) for o in result.overrides],
        "checks": [fields_of(c) for c in result.checks],
        "waveforms": [_waveform_header(w) for w in waveforms],
    }
    return _framed(header, [part for w in waveforms for part in _waveform_body(w)])


def _framed(header: dict[str, Any], body: list[Buffer]) -> list[Buffer]:
    text = json.dumps(header, allow_nan=False).encode()
    return [_LENGTH.pack(len(text)), text, *body]


def _waveform_header(waveform: Waveform) -> dict[str, Any]:
    return {
        "kind": waveform.kind,
        "samples": waveform.samples,
        "rate": str(waveform.sampling_rate_hz),
        "missing": waveform.missing is not None,
        "leads": [
            [x.name, str(x.nv_per_lsb), str(x.offset_nv), x.derived, x.negated]
            for x in waveform.leads
        ],
    }


def _waveform_body(waveform: Waveform) -> list[Buffer]:
    counts = np.ascontiguousarray(waveform.counts, dtype="<i4").data.cast("B")
    if waveform.missing is None:
        return [counts]
    return [counts, np.packbits(waveform.missing, axis=None).tobytes()]


def decode_wire(data: bytes) -> DecodedEcg:
    """The ECG; raises the Refused that was sent, or WireError for anything malformed."""
    try:
        (length,) = _LENGTH.unpack_from(data)
        header = json.loads(data[_LENGTH.size : _LENGTH.size + length])
        if "refused" not in header:
            return _ecg(header, memoryview(data)[_LENGTH.size + length :])
        refusal = _refused(header["refused"])
    except _MALFORMED as error:
        raise WireError("malformed decoder result") from error
    raise refusal


def _refused(raw: dict[str, Any]) -> Refused:
    if not _CODE.fullmatch(_text(raw["code"])):
        raise WireError("malformed refusal")
    message, field = _text(raw["message"])[:400], _text(raw["field"])[:64]
    return Refused(raw["code"], message, field=field, checks=_checks(raw["checks"]))


def _checks(raw: list[dict[str, Any]]) -> tuple[Check, ...]:
    found = tuple(Check(**_texts(row)) for row in raw)
    if len(found) > MAX_CHECKS or not {check.level for check in found} <= _LEVELS:
        raise WireError("malformed checks")
    return found


def _override(raw: dict[str, Any]) -> Override:
    return Override(version=_whole(raw.pop("version")), **_texts(raw))


def _ecg(header: dict[str, Any], body: memoryview) -> DecodedEcg:
    waveforms = []
    for raw in header["waveforms"]:
        waveform, used = _waveform(raw, body)
        waveforms.append(waveform)
        body = body[used:]
    kinds = [w.kind for w in waveforms]
    if len(body) or kinds not in (["rhythm"], ["rhythm", "median"]):
        raise WireError("malformed waveforms")
    local, offset = header["acquired_local"], header["utc_offset_minutes"]
    return DecodedEcg(
        rhythm=waveforms[0],
        median=waveforms[1] if len(waveforms) == 2 else None,
        acquired_local=dt.datetime.fromisoformat(local) if local is not None else None,
        utc_offset_minutes=None if offset is None else _whole(offset),
        patient=_patient(header["patient"]),
        filters=Filters(**{k: _number_or_none(v) for k, v in header["filters"].items()}),
        measurements=tuple(_measurement(m) for m in header["measurements"]),
        statements=tuple(SourceStatement(**_texts(s)) for s in header["statements"]),
        warnings=tuple(DecodeWarning(**_texts(w)) for w in header["warnings"]),
        experimental=_truth(header["experimental"]),
        is_demo=_truth(header["is_demo"]),
        overrides=tuple(_override(o) for o in header["overrides"]),
        checks=_checks(header["checks"]),
        **{name: _text(header[name]) for name in _TEXTS},
    )


def _waveform(raw: dict[str, Any], body: memoryview) -> tuple[Waveform, int]:
    leads = tuple(_lead(lead) for lead in raw["leads"])
    samples = _whole(raw["samples"])
    size = samples * len(leads)
    if not 0 < size <= MAX_SAMPLES or raw["kind"] not in ("rhythm", "median"):
        raise WireError("malformed waveform")
    bits_at = size * 4
    used = bits_at + ((size + 7) // 8 if raw["missing"] is True else 0)
    if len(body) < used:
        raise WireError("waveform is cut short")
    counts = np.frombuffer(body[:bits_at], "<i4").astype(np.int32).reshape(samples, len(leads))
    missing = None
    if used > bits_at:
        bits = np.unpackbits(np.frombuffer(body[bits_at:used], np.uint8), count=size)
        missing = bits.astype(bool).reshape(samples, len(leads))
    rate = check_rate(Decimal(_text(raw["rate"])), field="")
    return Waveform(raw["kind"], leads, counts, rate, missing), used


def _lead(raw: list[Any]) -> Lead:
    name, scale, offset, derived, negated = raw
    lead = Lead(_text(name), Decimal(_text(scale)), Decimal(_text(offset)), derived, negated)
    if not (name.isascii() and 1 <= len(name) <= 8) or {type(derived), type(negated)} != {bool}:
        raise WireError("malformed lead")
    check_scale(lead.nv_per_lsb, lead.offset_nv, field="")
    return lead


def _patient(raw: dict[str, Any]) -> PatientIdentity:
    born_on, age, sex = raw.pop("born_on"), raw.pop("age_years"), raw.pop("sex")
    if sex not in ("", "M", "F", "O"):
        raise WireError("malformed patient")
    return PatientIdentity(
        **_texts(raw),
        sex=sex,
        born_on=None if born_on is None else dt.date.fromisoformat(born_on),
        age_years=_number_or_none(age),
    )


def _measurement(raw: dict[str, Any]) -> SourceMeasurement:
    value = _number_or_none(raw.pop("value"))
    if value is None:
        raise WireError("malformed measurement")
    return SourceMeasurement(value=value, **_texts(raw))


def _texts(raw: dict[str, Any]) -> dict[str, str]:
    return {key: _text(value) for key, value in raw.items()}


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 10_000:
        raise WireError("malformed text")
    return value


def _truth(value: Any) -> bool:
    if type(value) is not bool:
        raise WireError("malformed truth value")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or abs(value) > 1 << 31:
        raise WireError("malformed number")
    return value


def _number_or_none(value: Any) -> float | None:
    if value is None:
        return None
    if type(value) not in (int, float) or not abs(value) < 1e12:
        raise WireError("malformed number")
    return float(value)
