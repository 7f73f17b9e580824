"""The numbers that are a reader's: stated, or between borders a reader moved.

They stand beside the platform's, never over them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from apps.ecg.beats import INTERVALS, borders_of, intervals
from apps.ecg.model_recording import Source
from apps.ecg.models import Analysis, Measurement, ReaderMeasurement, Recording
from apps.ecg.reader_measurements import moved_borders
from apps.ecg.signal.intervals import corrected_qt
from apps.ecg.stated_numbers import QUANTITIES, stated_numbers

QT, HEART_RATE = "qt_ms", "heart_rate_bpm"
FORMULAS = ("bazett", "fridericia", "framingham", "hodges")
Kept = Sequence[ReaderMeasurement]
Values = dict[str, Decimal]


def readers_numbers(
    recording: Recording,
    analysis: Analysis | None,
    kept: Kept,
    measured: Iterable[Measurement],
) -> Values | None:
    """Name → number in the unit of its name; None where a reader changed none.

    A corrected QT is the reader's where its QT or its rate is; the other is then the platform's.
    """
    between = intervals(borders_of(analysis, recording) | moved_borders(kept), None)
    found: Values = {}
    for name in dict.fromkeys((*INTERVALS, *QUANTITIES)):
        behind = rows_behind(name, kept)
        if behind and behind[0].is_stated:
            found[name] = behind[0].value
        elif behind and name in between:
            found[name] = _rounded(between[name])
    platform = {row.name: row.value for row in measured if row.source == Source.PLATFORM}
    return found | _corrected(found, platform) or None


def _corrected(found: Values, platform: Values) -> Values:
    qt_ms = found.get(QT, platform.get(QT))
    rr_ms = 60000 / found[HEART_RATE] if HEART_RATE in found else platform.get("rr_ms")
    if not found.keys() & {QT, HEART_RATE} or qt_ms is None or not rr_ms:
        return {}
    qtc = corrected_qt(float(qt_ms), float(rr_ms))
    return {f"qtc_{name}_ms": _rounded(getattr(qtc, name)) for name in FORMULAS}


def rows_behind(name: str, kept: Kept) -> list[ReaderMeasurement]:
    """What readers kept that the number follows from: the one stated last, or moved borders.

    Whichever came later counts; none where it is not a reader's.
    """
    if name.startswith("qtc_"):
        return rows_behind(QT, kept) + rows_behind(HEART_RATE, kept)
    ends = INTERVALS.get(name, ())
    borders = {row.places["name"]: row for row in kept if _is_standing_border(row)}
    moved = [row for end, row in borders.items() if end in ends]
    stated = stated_numbers(kept).get(name)
    if stated is not None and all(row.pk < stated.pk for row in moved):
        return [stated]
    return moved


def _is_standing_border(row: ReaderMeasurement) -> bool:
    return row.tool == ReaderMeasurement.Tool.BORDER and row.struck_at is None


def _rounded(value: float) -> Decimal:
    return Decimal(str(round(value, 1)))
