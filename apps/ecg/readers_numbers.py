"""The intervals that follow from borders a reader moved: beside the platform's, never over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from apps.ecg.beats import INTERVALS, borders_of, intervals
from apps.ecg.model_recording import Source
from apps.ecg.models import Analysis, Measurement, ReaderMeasurement, Recording
from apps.ecg.reader_measurements import moved_borders

QT = "qt_ms"


def readers_numbers(
    recording: Recording,
    analysis: Analysis | None,
    kept: Sequence[ReaderMeasurement],
    measured: Iterable[Measurement],
) -> dict[str, Decimal] | None:
    """The intervals between borders as readers moved them; None where none was moved."""
    moved = moved_borders(kept)
    if not moved:
        return None
    rr_ms = [row.value for row in measured if row.name == "rr_ms" and row.source == Source.PLATFORM]
    standing = borders_of(analysis, recording) | moved
    found = intervals(standing, float(rr_ms[-1]) if rr_ms else None)
    return {
        name: Decimal(str(round(value, 1)))
        for name, value in found.items()
        if moved.keys() & set(ends_of(name))
    }


def ends_of(name: str) -> tuple[str, str]:
    """The two borders an interval lies between; those of the QT for a corrected QT."""
    return INTERVALS[QT if name.startswith("qtc_") else name]
