"""Heart rate, QRS and QTc of a patient over time: a drawing and the same numbers as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from apps.ecg.model_recording import Source
from apps.ecg.models import Measurement, Recording
from apps.web.numbers import QTC, by_source, whole
from apps.web.viewing import day_of

KINDS = (("heart_rate_bpm", "HR", "/min"), ("qrs_ms", "QRS", "ms"), (QTC, "QTc Fridericia", "ms"))
WIDTH, HEIGHT, EDGE = 320, 72, 8
# Beside the drawing stand the numbers of its foot and top.
LEFT = 36
# A flat line stays flat: less than this is not spread over the whole height.
LEAST_SPAN = 20.0


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    value: str
    day: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """`least` and `most` are the numbers at the foot and the top of the drawing."""

    label: str
    unit: str
    points: tuple[Point, ...]
    least: str
    most: str

    @property
    def line(self) -> str:
        return " ".join(f"{point.x:g},{point.y:g}" for point in self.points)


@dataclass(frozen=True, slots=True)
class Row:
    """One recording of the table: the values in the order of KINDS."""

    recording: Recording
    day: str
    values: tuple[str, ...]
    is_now: bool


def rows(
    recordings: Iterable[Recording],
    measured: Mapping[int, list[Measurement]],
    now: Recording | None,
    zone: ZoneInfo,
) -> list[Row]:
    """Recordings with a time, newest first; a number not measured is a dash."""
    return [
        Row(row, day_of(row, zone), _values(measured.get(row.pk, [])), row == now)
        for row in recordings
        if row.acquired_at is not None
    ]


def trends(
    recordings: Iterable[Recording],
    measured: Mapping[int, list[Measurement]],
    now: Recording | None,
    zone: ZoneInfo,
) -> list[Trend]:
    """One for each kind that was measured more than once."""
    timed = sorted(
        (row for row in recordings if row.acquired_at is not None),
        key=lambda row: (row.acquired_at, row.pk),
    )
    found = (_trend(kind, timed, measured, now, zone) for kind in KINDS)
    return [trend for trend in found if trend is not None]


def _values(measured: Iterable[Measurement]) -> tuple[str, ...]:
    ours = by_source(measured, Source.PLATFORM)
    return tuple(whole(ours[name]) if name in ours else "–" for name, _, _ in KINDS)


def _trend(
    kind: tuple[str, str, str],
    timed: list[Recording],
    measured: Mapping[int, list[Measurement]],
    now: Recording | None,
    zone: ZoneInfo,
) -> Trend | None:
    name, label, unit = kind
    values: list[tuple[Recording, Decimal]] = []
    for row in timed:
        ours = by_source(measured.get(row.pk, []), Source.PLATFORM)
        if name in ours:
            values.append((row, ours[name]))
    if len(values) < 2:
        return None
    seconds = [row.acquired_at.timestamp() for row, _ in values if row.acquired_at]
    heights = [float(value) for _, value in values]
    least, most = _span(heights)
    points = tuple(
        Point(
            _placed(at, seconds[0], seconds[-1], LEFT, WIDTH - EDGE),
            _placed(float(value), least, most, HEIGHT - EDGE, EDGE),
            whole(value),
            day_of(row, zone),
            row == now,
        )
        for at, (row, value) in zip(seconds, values, strict=True)
    )
    return Trend(label, unit, points, f"{least:.0f}", f"{most:.0f}")


def _span(values: list[float]) -> tuple[float, float]:
    least, most = min(values), max(values)
    room = max(0.0, LEAST_SPAN - (most - least)) / 2
    return least - room, most + room


def _placed(value: float, least: float, most: float, start: int, end: int) -> float:
    part = (value - least) / (most - least) if most > least else 0.5
    return round(start + part * (end - start), 1)
