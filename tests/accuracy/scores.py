"""Errors and hits, collected over records."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np


@dataclass(slots=True)
class Errors:
    """Ours less the truth, in ms, with the record each came from."""

    values: list[tuple[float, str]] = field(default_factory=list)

    def add(self, error: float, record: str) -> None:
        if math.isfinite(error):
            self.values.append((error, record))

    @property
    def count(self) -> int:
        return len(self.values)

    @property
    def mean(self) -> float:
        return float(np.mean([error for error, _ in self.values])) if self.values else math.nan

    @property
    def spread(self) -> float:
        return float(np.std([error for error, _ in self.values])) if self.values else math.nan

    def worst(self, count: int = 5) -> list[str]:
        """The records farthest from the mean."""
        middle = self.mean
        apart = sorted(self.values, key=lambda one: -abs(one[0] - middle))
        return [f"{record} ({error:+.0f})" for error, record in apart[:count]]


@dataclass(slots=True)
class Hits:
    """Found, missed, and found where nothing is."""

    true: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)

    def judge(self, truth: bool, said: bool, record: str) -> None:
        if truth and said:
            self.true += 1
        elif truth:
            self.missed.append(record)
        elif said:
            self.false.append(record)

    @property
    def labelled(self) -> int:
        return self.true + len(self.missed)

    @property
    def said(self) -> int:
        return self.true + len(self.false)

    @property
    def sensitivity(self) -> float:
        return _percent(self.true, self.labelled)

    @property
    def predictivity(self) -> float:
        return _percent(self.true, self.said)


def chance(percent: float, count: int) -> tuple[float, float]:
    """What 95 % of samples of this size would show: Wilson's interval, in %."""
    share, z = percent / 100, 1.96
    middle = share + z**2 / (2 * count)
    spread = z * math.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    whole = 1 + z**2 / count
    return 100 * (middle - spread) / whole, 100 * (middle + spread) / whole


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else math.nan
