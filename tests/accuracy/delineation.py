"""Wave borders and intervals against the manual marks of LUDB."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from apps.ecg.signal import Measured
from apps.ecg.signal.limits import ADULT
from tests.accuracy import truth
from tests.accuracy.records import Labelled
from tests.accuracy.scores import Errors, Hits
from tests.accuracy.truth import TrueWave

WAVES = ("p", "qrs", "t")
INTERVALS = ("p_ms", "pr_ms", "qrs_ms", "qt_ms")
# IEC 60601-2-25:2011, biological ECGs: greatest mean and standard deviation.
LIMITS_MS = {"p_ms": (10, 15), "pr_ms": (10, 10), "qrs_ms": (10, 10), "qt_ms": (25, 30)}
WINDOW_MS = 150.0
EDGE_MS = 50.0

Found = tuple[float, float, float]


@dataclass(slots=True)
class Delineation:
    """Errors of intervals and of each border, and hits of each wave."""

    intervals: dict[str, Errors] = field(default_factory=lambda: {n: Errors() for n in INTERVALS})
    agreed: dict[str, Errors] = field(default_factory=lambda: {n: Errors() for n in INTERVALS})
    marks_alone: dict[str, list[float]] = field(
        default_factory=lambda: {name: [] for name in INTERVALS}
    )
    borders: dict[tuple[str, str], Errors] = field(
        default_factory=lambda: {(wave, end): Errors() for wave in WAVES for end in ("on", "off")}
    )
    hits: dict[str, Hits] = field(default_factory=lambda: {wave: Hits() for wave in WAVES})
    long_pr: Hits = field(default_factory=Hits)


def compare(pairs: Iterable[tuple[Labelled, Measured]]) -> Delineation:
    total = Delineation()
    for record, found in pairs:
        alone = truth.scatter(record.marks)
        strict, agreed = truth.intervals(record.marks), truth.intervals(record.marks, rank=1)
        for name in INTERVALS:
            value = getattr(found, name)
            if value is not None and name in strict:
                total.intervals[name].add(value - strict[name], record.name)
                total.agreed[name].add(value - agreed[name], record.name)
                total.marks_alone[name].append(alone[name])
        if found.pr_ms is not None and "pr_ms" in strict:
            limit = ADULT.pr_long_ms
            total.long_pr.judge(strict["pr_ms"] > limit, found.pr_ms > limit, record.name)
        for wave in WAVES:
            # Borders of paced beats are not measured: P and T are not looked for there.
            if wave == "qrs" or not found.rhythm.pacing_suspected:
                _match(total, record, wave, waves_of(found, wave, record.rate_hz))
    return total


def waves_of(found: Measured, wave: str, rate_hz: float) -> list[Found]:
    """(onset, middle, offset) in ms; a QRS is where its R peak is, even without borders."""
    out = []
    beats = found.beats or (None,) * len(found.r_peaks)
    for beat, peak in zip(beats, found.r_peaks, strict=True):
        on = getattr(beat, f"{wave}_on", None)
        off = getattr(beat, f"{wave}_off", None)
        if on is not None and off is not None:
            out.append((on, peak * 1000 / rate_hz if wave == "qrs" else (on + off) / 2, off))
        elif wave == "qrs":
            out.append((math.nan, peak * 1000 / rate_hz, math.nan))
    return out


def _match(total: Delineation, record: Labelled, wave: str, found: list[Found]) -> None:
    """Each marked wave with the nearest found one; others count only between the marks."""
    marked = truth.waves(record.marks, wave)
    free = list(found)
    for one in marked:
        near = min(free, key=lambda each: abs(each[1] - one.peak), default=None)
        hit = near is not None and abs(near[1] - one.peak) < WINDOW_MS
        total.hits[wave].judge(True, hit, record.name)
        if hit and near is not None:
            free.remove(near)
            total.borders[wave, "on"].add(near[0] - one.on, record.name)
            total.borders[wave, "off"].add(near[2] - one.off, record.name)
    first, last = _marked_part(record, marked)
    for each in free:
        if first - EDGE_MS < each[1] < last + EDGE_MS:
            total.hits[wave].judge(False, True, record.name)


def _marked_part(record: Labelled, marked: list[TrueWave]) -> tuple[float, float]:
    around = marked or truth.waves(record.marks, "qrs")
    return around[0].on, around[-1].off
