"""Sections 7 and 10: the device's numbers (EN 1064, 5.10 and 5.13)."""

from __future__ import annotations

import itertools
from typing import NamedTuple

from apps.ecg.formats.canonical import SourceMeasurement
from apps.ecg.formats.lead_codes import lead_by_code
from apps.ecg.formats.warnings import Warnings

from .fields import Fields

GLOBAL, PER_LEAD = "Section 7", "Section 10"
# Not computed, lead rejected, wave absent; the others are what writers leave in their place.
ABSENT = 29999
NOT_MEASURED = {ABSENT, 29998, 19999, 0x7FFF, 0x8000, -0x8000, 0xFFFF}
_QTC_METHODS = {1: "bazett", 2: "hodges"}
_PER_LEAD_NAMES = ("p_ms", "pr_ms", "qrs_ms", "qt_ms")


class _Beat(NamedTuple):
    """Wave limits in ms from the beat's beginning, axes in degrees."""

    p_on: int
    p_off: int
    qrs_on: int
    qrs_off: int
    t_off: int
    p_axis: int
    qrs_axis: int
    t_axis: int


def read_global(body: bytes, warnings: Warnings) -> list[SourceMeasurement]:
    """What holds for all leads; not measured (29999, 0x7FFF, 0) is left out with a warning."""
    fields = Fields(body, GLOBAL)
    beats, spikes, rr, pp = fields.read("BBHH")
    rows = [_Beat(*fields.read("5H3h")) for _ in range(beats)]
    fields.take(spikes * 10)  # 4 bytes where, 6 bytes what each spike is
    if spikes:
        warnings.add("paced", "The device marked pacing spikes.")
    found = [_number("rr_ms", rr, "5.10.2.1-3"), _number("pp_ms", pp, "5.10.2.1-5")]
    found += _intervals(rows[0], warnings) if rows else []
    found += _rates(fields) if fields.left() >= 2 else []
    kept = [m for m in found if m is not None]
    if len(kept) < len(found):
        warnings.add("not-measured", "Some of the device's numbers say not measured.")
    return kept


def _intervals(beat: _Beat, warnings: Warnings) -> list[SourceMeasurement | None]:
    limits = [at for at in beat[:5] if at not in NOT_MEASURED]
    if any(a > b for a, b in itertools.pairwise(limits)):
        warnings.add("fiducial-order", "The device's wave limits are out of order.")
    p_on, p_off = _limits(beat.p_on, beat.p_off)
    qrs_on, qrs_off = _limits(beat.qrs_on, beat.qrs_off)
    spans = (
        ("p_ms", p_on, p_off, "5.10.3-1/2"),
        ("pr_ms", p_on, qrs_on, "5.10.3-1/3"),
        ("qrs_ms", qrs_on, qrs_off, "5.10.3-3/4"),
        ("qt_ms", qrs_on, beat.t_off, "5.10.3-3/5"),
    )
    axes = (
        ("p_axis_deg", beat.p_axis, "5.10.3-11"),
        ("qrs_axis_deg", beat.qrs_axis, "5.10.3-13"),
        ("t_axis_deg", beat.t_axis, "5.10.3-15"),
    )
    return [_span(*span) for span in spans] + [_axis(*axis) for axis in axes]


def _limits(on: int, off: int) -> tuple[int, int]:
    """Of one wave; neither where it would end as it begins or before: so zeros say it is absent."""
    return (on, off) if off in NOT_MEASURED or on < off else (ABSENT, ABSENT)


def _span(name: str, start: int, end: int, code: str) -> SourceMeasurement | None:
    if {start, end} & NOT_MEASURED:
        return None
    return _number(name, end - start, code)


def _axis(name: str, value: int, code: str) -> SourceMeasurement | None:
    if value in NOT_MEASURED or abs(value) > 360:
        return None
    turned = (value + 180) % 360 - 180 if abs(value) > 180 else value
    return _measurement(name, turned, "deg", code, value)


def _rates(fields: Fields) -> list[SourceMeasurement | None]:
    """Behind the type of each beat: rates, and QTc with the formula it names, if any."""
    fields.take(fields.number("H"))
    if fields.left() < 7:
        return []
    ventricular, atrial, qtc, formula = fields.read("HHHB")
    method = _QTC_METHODS.get(formula, "")
    return [
        _number("heart_rate_bpm", ventricular, "5.10.2.5-1", "/min"),
        _number("atrial_rate_bpm", atrial, "5.10.2.5-3", "/min"),
        _number(f"qtc_{method}_ms" if method else "qtc_ms", qtc, "5.10.2.5-5", method=method),
    ]


def _number(
    name: str, value: int, code: str, unit: str = "ms", *, method: str = ""
) -> SourceMeasurement | None:
    if value in NOT_MEASURED or value <= 0:
        return None
    return _measurement(name, value, unit, code, value, method)


def _measurement(
    name: str, value: int, unit: str, code: str, raw: int, method: str = ""
) -> SourceMeasurement:
    return SourceMeasurement(
        name, float(value), unit, method, original_code=f"SCPECG:{code}", raw_text=str(raw)
    )


def read_per_lead(body: bytes) -> list[SourceMeasurement]:
    """P, PR, QRS and QT of each lead."""
    fields, found = Fields(body, PER_LEAD), []
    count, _ = fields.read("HH")
    for _ in range(count):
        number, length = fields.read("HH")
        block = Fields(fields.take(length), PER_LEAD)
        lead = lead_by_code("SCPECG", f"5.6.3-9-{number}")
        for index, name in enumerate(_PER_LEAD_NAMES, start=1):
            if lead is None or block.left() < 2:
                break
            made = _number(name, block.number("h"), f"5.13.5-{2 * index + 3}")
            if made is not None:
                found.append(_of_lead(made, lead.name))
    return found


def _of_lead(made: SourceMeasurement, lead: str) -> SourceMeasurement:
    return SourceMeasurement(
        made.name,
        made.value,
        made.unit,
        lead=lead,
        original_code=made.original_code,
        raw_text=made.raw_text,
    )
