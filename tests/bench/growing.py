"""What one more ECG costs an organization that holds few, and many."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.ecg.formats import decode
from tests.bench import files
from tests.bench.cost import Cost
from tests.bench.meter import Meter, arrive
from tests.bench.rows import Row, beside

BAR = 1.1
# What else waits, other benchmarks left behind.
STEPS = ("accept", "claim", "decode and link", "measure")


@dataclass(frozen=True, slots=True)
class Measured:
    """CPU of application and PostgreSQL in ms, of the door and of everything up to a draft; and of
    a work that no stored row touches, done in between: how fast the machine was.
    """

    parts: dict[str, float]
    yardstick_ms: float


def door_to_draft(organization: Any, runs: int) -> Measured:
    for data in files.variants(2):
        arrive(organization, data, Meter())
    meter, arriving, yardstick_s = Meter(), files.variants(runs), 0.0
    for data in arriving:
        arrive(organization, data, meter)
        began = time.process_time()
        decode(data, [])
        yardstick_s += time.process_time() - began
    parts = {
        "one ECG accepted": meter.cpu_ms("accept") / runs,
        "one ECG to a draft": meter.cpu_ms(*STEPS) / runs,
    }
    return Measured(parts, yardstick_s * 1000 / runs)


def compared(few: Measured, many: Measured, rows: tuple[int, int]) -> Iterator[Row]:
    """Minutes lie between the two: the earlier is told in the speed of the later."""
    faster = many.yardstick_ms / few.yardstick_ms
    for name, cpu_ms in many.parts.items():
        before = Cost(few.parts[name] * faster)
        title = f"{name}, {rows[1]:,} stored"
        peer = f"at {rows[0]:,}, by the speed of now ({faster:.2f} ×)"
        yield beside(title, Cost(cpu_ms), peer, before, bar=BAR)
