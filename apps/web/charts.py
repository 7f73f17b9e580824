"""Days of figures as a drawing: places in the view box, worked out on the server."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from apps.reports.figures.definitions import Figure, Kind, Topic
from apps.reports.figures.queries import Figures, Span
from apps.web.times import MONTHS, day, lasting

WIDTH, HEIGHT = 560, 180
LEFT, RIGHT, TOP, FOOT = 64, 8, 10, 24
NOT_COUNTED, NOTHING = "not counted", "–"
STEPS = (1, 2, 5, 10)
# Of a day's room.
BAR = 0.7


@dataclass(frozen=True, slots=True)
class Mark:
    """One day of one figure: where it is drawn, a bar from `left`, and what it says."""

    x: float
    left: float
    y: float
    height: float
    says: str


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: bars where it counts, else a line with a gap where a day has no value."""

    figure: Figure
    marks: tuple[Mark, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    day: dt.date
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A topic drawn, in words and as a table. `total` is of all the days shown."""

    topic: Topic
    lines: tuple[Line, ...]
    top: str
    days: tuple[tuple[float, str, str], ...]
    bar: float
    total: str
    rows: tuple[Row, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        return not any(line.marks for line in self.lines)

    @property
    def is_bars(self) -> bool:
        return self.topic.kind is Kind.COUNT

    @property
    def head(self) -> list[tuple[str, str]]:
        """Columns of the table: each figure with its unit, and of how many where it is a part."""
        columns = [(line.figure.title, line.figure.unit) for line in self.lines]
        return columns if self.is_bars else [*columns, ("Of", _of(self.topic))]


def chart_of(topic: Topic, figures: Figures, span: Span) -> Chart:
    shown = [_values(figure, figures, span) for figure in topic.figures]
    ceiling = _ceiling(topic.kind, [one for values in shown for one in values if one is not None])
    step = (WIDTH - LEFT - RIGHT) / len(span.days)
    lines = tuple(
        _line(figure, values, span, ceiling, step)
        for figure, values in zip(topic.figures, shown, strict=True)
    )
    return Chart(
        topic=topic,
        lines=lines,
        top=f"{ceiling:,.0f}",
        days=tuple(_ticks(span, step)),
        bar=round(step * BAR, 1),
        total=total_of(topic, figures, span),
        rows=tuple(Row(date, tuple(_cells(topic, figures, date))) for date in reversed(span.days)),
    )


def total_of(topic: Topic, figures: Figures, span: Span) -> str:
    """Sums and shares of all the days; of percentiles, which cannot be added, the newest day's."""
    figure = topic.figures[0]
    held = figures.of(figure)
    if topic.kind is Kind.SPAN:
        timed = [date for date in span.days if date in held and held[date].part is not None]
        if not timed:
            return NOTHING
        return f"{_lasting(held[timed[-1]].shown(topic.kind))} on {day(timed[-1])}"
    part = sum(value.part or 0 for value in held.values())
    if topic.kind is Kind.COUNT:
        return f"{part:,}" if held else NOTHING
    whole = sum(value.whole for value in held.values())
    return f"{100 * part / whole:.1f} % of {whole:,}" if whole else NOTHING


def _of(topic: Topic) -> str:
    return "reports" if topic.kind is Kind.SPAN else "all"


def _values(figure: Figure, figures: Figures, span: Span) -> list[float | None]:
    held = figures.of(figure)
    return [held[date].shown(figure.kind) if date in held else None for date in span.days]


def _ceiling(kind: Kind, values: Sequence[float]) -> float:
    """A round number at or above all of them, so that the scale can be read."""
    if kind is Kind.SHARE:
        return 100
    most = max(values, default=0)
    if most <= 1:
        return 1
    size = 10 ** math.floor(math.log10(most))
    return next(step * size for step in STEPS if step * size >= most)


def _line(
    figure: Figure, values: list[float | None], span: Span, ceiling: float, step: float
) -> Line:
    room = HEIGHT - TOP - FOOT
    marks: list[Mark] = []
    paths: list[list[str]] = [[]]
    for number, (date, value) in enumerate(zip(span.days, values, strict=True)):
        if value is None:
            paths.append([])
            continue
        tall = round(room * value / ceiling, 1)
        x, y = round(LEFT + step * (number + 0.5), 1), round(HEIGHT - FOOT - tall, 1)
        says = f"{day(date)}: {_words(figure.kind, value)} {figure.unit}"
        marks.append(Mark(x, round(x - step * BAR / 2, 1), y, tall, says))
        paths[-1].append(f"{x:g},{y:g}")
    drawn = tuple(" ".join(path) for path in paths if len(path) > 1)
    return Line(figure, tuple(marks), drawn)


def _ticks(span: Span, step: float) -> Iterator[tuple[float, str, str]]:
    """The first day, the last, and one between where there is room."""
    last = len(span.days) - 1
    for number in sorted({0, last // 2 if last > 3 else 0, last}):
        anchor = "middle" if 0 < number < last else "start" if number == 0 else "end"
        place = {"start": LEFT, "end": WIDTH - RIGHT}.get(anchor, LEFT + step * (number + 0.5))
        date = span.days[number]
        yield round(place, 1), anchor, f"{date.day} {MONTHS[date.month - 1]}"


def _cells(topic: Topic, figures: Figures, date: dt.date) -> Iterator[str]:
    for figure in topic.figures:
        value = figures.of(figure).get(date)
        yield NOT_COUNTED if value is None else _words(topic.kind, value.shown(topic.kind))
    if topic.kind is not Kind.COUNT:
        value = figures.of(topic.figures[0]).get(date)
        yield NOTHING if value is None else f"{value.whole:,}"


def _lasting(minutes: float | None) -> str:
    """Minutes with their tenths; hours and days once nobody counts minutes any more."""
    if minutes is None:
        return NOTHING
    return f"{minutes:.1f} min" if minutes < 60 else lasting(round(minutes))


def _words(kind: Kind, value: float | None) -> str:
    if value is None:
        return NOTHING
    return f"{value:,.0f}" if kind is Kind.COUNT else f"{value:,.1f}"
