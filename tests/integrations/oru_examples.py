"""A result to build messages from, and a reader of them that is not the builder."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import hl7

from apps.integrations.hl7.content import (
    Interpreter,
    OruMeasurement,
    OruPatient,
    OruResult,
    OruStatement,
    Party,
)
from apps.integrations.hl7.escapes import unescape

NEW_YORK = dt.timezone(dt.timedelta(hours=-5))

RESULT = OruResult(
    sender=Party("EINTHOVEN", "MERCY"),
    receiver=Party("EHR", "MERCY_MAIN"),
    control_id="D0000000000000000001",
    sent_at=dt.datetime(2026, 3, 4, 15, 30, 1, tzinfo=dt.UTC),
    processing_id="P",
    patient=OruPatient("MRN-1", "MERCY", "Doe", "Jane", dt.date(1960, 1, 2), "F"),
    filler_order_number="F-77",
    placer_order_number="P-55",
    accession_number="ACC-9",
    status="signed",
    acquired_at=dt.datetime(2026, 3, 4, 9, 12, 13, tzinfo=NEW_YORK),
    status_changed_at=dt.datetime(2026, 3, 4, 15, 29, 0, tzinfo=dt.UTC),
    interpreter=Interpreter("r-12", "Reader", "Ruth"),
    measurements=(
        OruMeasurement("heart_rate_bpm", 61.1),
        OruMeasurement("pr_ms", 164),
        OruMeasurement("qrs_ms", 92),
        OruMeasurement("qt_ms", 400.0),
        OruMeasurement("qtc_ms", 410, method="device"),
        OruMeasurement("qtc_fridericia_ms", 402),
        OruMeasurement("qrs_axis_deg", -15),
    ),
    statements=(OruStatement("Sinus rhythm", "SR"), OruStatement("Normal axis")),
    interpretation=("Sinus rhythm.", "Normal ECG."),
)


def changed(**changes: Any) -> OruResult:
    return dataclasses.replace(RESULT, **changes)


def rows(message: bytes, name: str) -> list[hl7.Segment]:
    return [row for row in hl7.parse(message.decode()) if str(row[0]) == name]


def field(message: bytes, name: str, number: int, row: int = 0) -> str:
    """A field as it is written, empty where the segment is shorter."""
    segment = rows(message, name)[row]
    return str(segment(number)) if number < len(segment) else ""


def plain(message: bytes, name: str, number: int, row: int = 0) -> str:
    return unescape(field(message, name, number, row))
