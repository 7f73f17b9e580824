"""What a piece of work costs: CPU, wall time and the memory it allocates at its peak."""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians of one run of the work; None where it was not measured."""

    cpu_ms: float | None = None
    wall_ms: float | None = None
    peak_mb: float | None = None


def costs_of(works: Sequence[Work], runs: int) -> list[Cost]:
    """In rounds, so that a slow moment of the machine strikes all alike."""
    peaks = [_peak_mb(work) for work in works]
    times = [[_timed(work) for work in works] for _ in range(runs)]
    return [
        Cost(
            statistics.median(one[i][0] for one in times),
            statistics.median(one[i][1] for one in times),
            peaks[i],
        )
        for i in range(len(works))
    ]


def cost_of(work: Work, runs: int) -> Cost:
    return costs_of([work], runs)[0]


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _timed(work: Work) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000


def _peak_mb(work: Work) -> float:
    """Twice, so that what is loaded once does not count."""
    work()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
