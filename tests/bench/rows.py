"""What a benchmark hands back: rows with a verdict, and notes that explain them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.bench.cost import Cost


@dataclass(frozen=True, slots=True)
class Size:
    """How much is done: the real thing, or just enough to see that it works."""

    runs: int
    files: int
    arrivals: int
    queries: int
    rows: int
    burst: int


FULL = Size(runs=30, files=120, arrivals=20, queries=200, rows=1_000_000, burst=10_000)
SMALL = Size(runs=2, files=3, arrivals=2, queries=3, rows=4_000, burst=12)


@dataclass(frozen=True, slots=True)
class Row:
    """One line: `figure` against `other`; a ratio above `bar` is a miss, no bar is no verdict."""

    name: str
    ours: Cost
    against: str
    figure: float
    other: float
    unit: str = "ms"
    bar: float | None = None

    @property
    def ratio(self) -> float:
        return self.figure / self.other if self.other else float("inf")

    @property
    def verdict(self) -> str:
        if self.bar is None:
            return ""
        return "pass" if self.ratio <= self.bar else "miss"

    def cells(self) -> list[str]:
        ours = self.ours
        return [
            self.name,
            _number(ours.cpu_ms),
            _number(ours.wall_ms),
            _number(ours.peak_mb),
            f"{self.against}: {_number(self.other)} {self.unit}",
            f"{_number(self.ratio)} ×",
            self.verdict,
        ]


@dataclass(frozen=True, slots=True)
class Note:
    """Text below the table; `literal` is printed as it is, as a query plan."""

    text: str
    literal: str = ""


Benchmark = Callable[[Size], Iterator[Row | Note]]


def within(name: str, ours: Cost, limit_ms: float, *, wall: bool = False) -> Row:
    """Against a budget of CPU, or of wall time."""
    figure = (ours.wall_ms if wall else ours.cpu_ms) or 0.0
    return Row(name, ours, "budget", figure, limit_ms, bar=1.0)


def beside(
    name: str, ours: Cost, peer: str, other: Cost, *, bar: float | None = None, wall: bool = False
) -> Row:
    """Against the same work by somebody else, in the same run."""
    figure, against = (ours.wall_ms, other.wall_ms) if wall else (ours.cpu_ms, other.cpu_ms)
    return Row(name, ours, peer, figure or 0.0, against or 0.0, bar=bar)


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
