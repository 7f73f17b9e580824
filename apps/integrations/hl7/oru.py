"""ORU^R01, version 2.5.1: one signed or unsigned ECG report for an EHR."""

from __future__ import annotations

import base64
import datetime as dt
import math
from collections.abc import Iterator, Mapping
from decimal import Decimal

from apps.core.errors import PermanentError
from apps.integrations.result_status import ResultStatus, result_status

from .codes import ADDENDUM, IMPRESSION, MEASUREMENTS, STATEMENT, STUDY, Coded
from .content import Interpreter, OruMeasurement, OruPatient, OruResult
from .escapes import Safe
from .segments import VERSION, Value, segment

CONTROL_ID_LENGTH = 20
UNCONFIRMED = "UNCONFIRMED: not reviewed and signed by a clinician"


def build_oru(result: OruResult) -> bytes:
    """The message, without MLLP framing; equal input gives equal bytes.

    PermanentError, with a code and no value, where the content cannot be said correctly.
    """
    _check(result)
    status = result_status(result.status)
    segments = [_msh(result), _pid(result.patient), _orc(result), _obr(result, status)]
    if not status.reviewed:
        segments.append(segment("NTE", {1: "1", 2: "L", 3: UNCONFIRMED}))
    for number, line in enumerate(result.retraction, start=1):
        segments.append(segment("NTE", {1: str(number), 2: "L", 3: line}))
    segments += _observations(result, status)
    return "".join(text + "\r" for text in segments).encode()


def _check(result: OruResult) -> None:
    if not 0 < len(result.control_id) <= CONTROL_ID_LENGTH:
        raise PermanentError("oru_control_id_invalid")
    if result.processing_id not in ("P", "T"):
        raise PermanentError("oru_processing_id_invalid")
    if not (result.patient.identifier and result.patient.assigning_authority):
        raise PermanentError("oru_patient_identifier_missing")
    if not result.filler_order_number:
        raise PermanentError("oru_filler_order_number_missing")


def _msh(result: OruResult) -> str:
    sender, receiver = result.sender, result.receiver
    return segment(
        "MSH",
        {
            3: sender.application,
            4: sender.facility,
            5: receiver.application,
            6: receiver.facility,
            7: _time(result.sent_at),
            9: ("ORU", "R01", "ORU_R01"),
            10: result.control_id,
            11: result.processing_id,
            12: VERSION,
            18: "UNICODE UTF-8",
        },
    )


def _pid(patient: OruPatient) -> str:
    return segment(
        "PID",
        {
            1: "1",
            3: (patient.identifier, "", "", patient.assigning_authority, "MR"),
            5: (patient.family_name, patient.given_name),
            7: patient.born_on.isoformat().replace("-", "") if patient.born_on else "",
            8: patient.sex or "U",
        },
    )


def _orc(result: OruResult) -> str:
    return segment("ORC", {1: "RE", **_numbers(result)})


def _numbers(result: OruResult) -> dict[int, Value]:
    """Both as entity identifiers: the number, and whose it is."""
    placer = (result.placer_order_number, result.placer_authority)
    filler = (result.filler_order_number, result.filler_authority)
    return {2: placer if placer[0] else "", 3: filler}


def _obr(result: OruResult, status: ResultStatus) -> str:
    return segment(
        "OBR",
        {
            1: "1",
            **_numbers(result),
            4: STUDY,
            7: _time(result.acquired_at),
            18: result.accession_number,
            22: _time(result.status_changed_at or result.sent_at),
            25: status.obr,
            32: (_interpreter(result.interpreter),),
        },
    )


def _interpreter(person: Interpreter | None) -> tuple[str, ...]:
    return (person.identifier, person.family_name, person.given_name) if person else ()


def _observations(result: OruResult, status: ResultStatus) -> Iterator[str]:
    observed_at = _time(result.acquired_at)
    for number, fields in enumerate(_contents(result, status), start=1):
        common = {1: str(number), 11: status.obx, 14: observed_at}
        yield segment("OBX", common | dict(fields))


def _contents(result: OruResult, status: ResultStatus) -> Iterator[Mapping[int, Value]]:
    for measurement in result.measurements:
        yield _number(measurement)
    for sub_id, statement in enumerate(result.statements, start=1):
        if statement.code:
            value = (statement.code, statement.text, "L")
            yield {2: "CE", 3: STATEMENT, 4: str(sub_id), 5: value}
        else:
            yield _text(STATEMENT, sub_id, statement.text)
    yield from _lines(IMPRESSION, result.interpretation)
    yield from _addenda(result, status)
    if result.pdf:
        encoded = Safe(base64.b64encode(result.pdf).decode("ascii"))
        yield {2: "ED", 3: STUDY, 5: ("", "application", "pdf", "Base64", encoded)}


def _addenda(result: OruResult, status: ResultStatus) -> Iterator[Mapping[int, Value]]:
    """In order, as one text; lines that are new have a status of their own."""
    lines = tuple(_lines(ADDENDUM, (*result.addenda_before, *result.addenda)))
    before = sum(1 for line in result.addenda_before if line.strip())
    yield from lines[:before]
    for line in lines[before:]:
        yield {**line, 11: status.obx_added}


def _number(measurement: OruMeasurement) -> dict[int, Value]:
    if measurement.name not in MEASUREMENTS:
        raise PermanentError("oru_measurement_unknown")
    known = MEASUREMENTS[measurement.name]
    method = known.method or ("", measurement.method)
    value = _decimal(measurement.value)
    return {2: "NM", 3: known.code, 5: value, 6: known.unit, 17: method}


def _lines(code: Coded, lines: tuple[str, ...]) -> Iterator[dict[int, Value]]:
    kept = (line for line in lines if line.strip())
    return (_text(code, sub_id, line) for sub_id, line in enumerate(kept, start=1))


def _text(code: Coded, sub_id: int, text: str) -> dict[int, Value]:
    return {2: "TX", 3: code, 4: str(sub_id), 5: text}


def _decimal(value: float | Decimal) -> str:
    if not math.isfinite(value):
        raise PermanentError("oru_measurement_not_finite")
    return format(Decimal(str(value)).normalize() + 0, "f")


def _time(moment: dt.datetime) -> str:
    if moment.utcoffset() is None:
        raise PermanentError("oru_time_without_zone")
    return moment.strftime("%Y%m%d%H%M%S%z")
