"""Manual marks of twelve leads as one truth: earliest onset, latest offset of each wave."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

import numpy as np

from tests.accuracy.records import Mark, Marks

# Marks nearer than this belong to one wave of one beat.
APART_MS = {"p": 120.0, "qrs": 180.0, "t": 200.0}
FEWEST_LEADS = 4
P_BEFORE_QRS_MS = 450.0
T_AFTER_QRS_MS = 700.0


@dataclass(frozen=True, slots=True)
class TrueWave:
    on: float
    peak: float
    off: float


def waves(marks: Marks, wave: str, rank: int = 0) -> list[TrueWave]:
    """Each wave that was marked in enough leads, over all leads, in order.

    Rank 1 takes the second earliest onset and second latest offset: no lead's marks stand alone.
    """
    together: list[list[Mark]] = []
    every = sorted(
        (mark for lead in marks[wave].values() for mark in lead), key=lambda mark: mark[1]
    )
    for mark in every:
        if together and mark[1] - together[-1][-1][1] < APART_MS[wave] / 2:
            together[-1].append(mark)
        else:
            together.append([mark])
    return [_whole(group, rank) for group in together if len(group) >= FEWEST_LEADS]


def intervals(marks: Marks, rank: int = 0) -> dict[str, float]:
    """Median P, PR, QRS and QT of the marked beats, in ms; none where there are no such waves."""
    found: dict[str, list[float]] = {"p_ms": [], "pr_ms": [], "qrs_ms": [], "qt_ms": []}
    p_waves, t_waves = waves(marks, "p", rank), waves(marks, "t", rank)
    complexes = waves(marks, "qrs", rank)
    for place, qrs in enumerate(complexes):
        following = complexes[place + 1].on if place + 1 < len(complexes) else np.inf
        previous = complexes[place - 1].off if place else -np.inf
        found["qrs_ms"].append(qrs.off - qrs.on)
        before = [
            p for p in p_waves if previous < p.peak and qrs.on - P_BEFORE_QRS_MS < p.peak < qrs.on
        ]
        if before:
            found["p_ms"].append(before[-1].off - before[-1].on)
            found["pr_ms"].append(qrs.on - before[-1].on)
        after = [t for t in t_waves if qrs.off <= t.peak < min(following, qrs.on + T_AFTER_QRS_MS)]
        if after:
            found["qt_ms"].append(after[0].off - qrs.on)
    return {
        name: statistics.median(v)
        for name, values in found.items()
        if (v := [value for value in values if np.isfinite(value)])
    }


def scatter(marks: Marks, rank: int = 0) -> dict[str, float]:
    """The standard error in ms of each interval by the marks alone: jackknife over the leads."""
    leads = sorted({lead for wave in marks.values() for lead in wave})
    found: dict[str, list[float]] = {}
    for left_out in leads:
        rest = {
            wave: {lead: own for lead, own in each.items() if lead != left_out}
            for wave, each in marks.items()
        }
        for name, value in intervals(rest, rank).items():
            found.setdefault(name, []).append(value)
    return {
        name: float(np.std(values) * (len(values) - 1) ** 0.5) for name, values in found.items()
    }


def _whole(group: list[Mark], rank: int) -> TrueWave:
    on, peak, off = np.array(group).T
    ons, offs = np.sort(on[np.isfinite(on)]), np.sort(off[np.isfinite(off)])[::-1]
    first = float(ons[rank]) if len(ons) > rank else np.nan
    last = float(offs[rank]) if len(offs) > rank else np.nan
    return TrueWave(first, float(np.median(peak)), last)
