"""What readers measured or stated, as a report freezes it: who, when, and the machine's value.

A border or number that was changed more than once is as it was last; what was struck is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.ecg.beats import borders_of, peaks_of
from apps.ecg.models import Analysis, Measurement, ReaderMeasurement, Recording
from apps.ecg.readers_numbers import readers_numbers, rows_behind
from apps.ecg.stated_numbers import QUANTITIES, stated_numbers

MOVED, STATED = "borders moved by a reader", "stated by a reader"
Tool = ReaderMeasurement.Tool


@dataclass(frozen=True, slots=True)
class OnTrace:
    """The platform's beats and what readers made of them, read once."""

    recording: Recording
    analysis: Analysis | None
    kept: Sequence[ReaderMeasurement]


def read_trace(recording: Recording) -> OnTrace:
    analysis = Analysis.objects.filter(recording=recording).order_by("-id").first()
    rows = ReaderMeasurement.objects.filter(recording=recording, struck_at=None)
    return OnTrace(recording, analysis, list(rows.select_related("made_by").order_by("id")))


def beats(trace: OnTrace) -> dict[str, Any]:
    """R peaks as sample indexes, borders in ms from R as the platform set them and as moved."""
    return {
        "algorithm": trace.analysis.algorithm if trace.analysis else "",
        "peaks": peaks_of(trace.analysis),
        "borders": borders_of(trace.analysis, trace.recording),
        "moved": [_border(row) for row in _standing(trace).values()],
    }


def calipers(trace: OnTrace) -> list[dict[str, Any]]:
    """Every kept caliper with its places and the scale it was placed at, then stated numbers."""
    placed = [_caliper(row) for row in trace.kept if row.is_caliper]
    stated = stated_numbers(trace.kept).values()
    return [*placed, *({**_caliper(row), "reason": row.reason} for row in stated)]


def numbers(trace: OnTrace, measured: Sequence[Measurement]) -> list[dict[str, Any]]:
    """Rows like those of a machine, naming the reader who changed what is behind them last."""
    found = readers_numbers(trace.recording, trace.analysis, trace.kept, measured) or {}
    return [_number(name, value, rows_behind(name, trace.kept)) for name, value in found.items()]


def _number(name: str, value: Decimal, behind: Sequence[ReaderMeasurement]) -> dict[str, Any]:
    return {
        "name": name,
        "value": format(value.normalize(), "f"),
        "unit": QUANTITIES[name].unit if name in QUANTITIES else "ms",
        "source": "human",
        "method": STATED if any(row.is_stated for row in behind) else MOVED,
        **_who(max(behind, key=_age)),
    }


def _standing(trace: OnTrace) -> dict[str, ReaderMeasurement]:
    return {row.places["name"]: row for row in trace.kept if row.tool == Tool.BORDER}


def _age(row: ReaderMeasurement) -> int:
    return int(row.pk)


def _border(row: ReaderMeasurement) -> dict[str, Any]:
    places = row.places
    moved = {"name": places["name"], "ms": places["ms"], "platform_ms": places["platform_ms"]}
    return {**moved, "reason": row.reason, **_who(row)}


def _caliper(row: ReaderMeasurement) -> dict[str, Any]:
    value = format(row.value.normalize(), "f")
    read = {"tool": row.tool, "lead": row.lead, "value": value, "unit": row.unit}
    return {**read, "places": row.places, **_who(row)}


def _who(row: ReaderMeasurement) -> dict[str, str]:
    return {"by": row.made_by.full_name, "at": row.made_at.isoformat()}
