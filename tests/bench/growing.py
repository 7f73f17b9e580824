"""What one more ECG costs an organization that holds few, and many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.bench import files
from tests.bench.cost import Cost
from tests.bench.meter import Meter, arrive
from tests.bench.rows import Row, beside

BAR = 1.1
# What else waits, other benchmarks left behind.
STEPS = ("accept", "claim", "decode and link", "measure")


def door_to_draft(organization: Any, runs: int) -> dict[str, float]:
    """CPU of application and PostgreSQL in ms, of the door and of everything up to a draft."""
    for data in files.variants(2):
        arrive(organization, data, Meter())
    meter, arriving = Meter(), files.variants(runs)
    for data in arriving:
        arrive(organization, data, meter)
    return {
        "one ECG accepted": meter.cpu_ms("accept") / runs,
        "one ECG to a draft": meter.cpu_ms(*STEPS) / runs,
    }


def compared(few: dict[str, float], many: dict[str, float], rows: tuple[int, int]) -> Iterator[Row]:
    for name, cpu_ms in many.items():
        before = Cost(few[name])
        title = f"{name}, {rows[1]:,} stored"
        yield beside(title, Cost(cpu_ms), f"at {rows[0]:,}", before, bar=BAR)
