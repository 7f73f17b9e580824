"""The median beat: beats aligned, grouped by shape, the dominant shape averaged."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from apps.ecg.signal.arrays import Array, Flags, Indexes, middle

BEFORE_MS = 450.0
AFTER_MS = 750.0
LEVEL_MS = (-80.0, -50.0)
SHAPE_MS = (-70.0, 110.0)
SHIFT_MS = 24.0
SAME_SHAPE = 0.90
MOST_BEATS = 120


@dataclass(frozen=True, slots=True)
class Aligned:
    """Refined beat positions, and which of them share the dominant shape."""

    indexes: Indexes
    dominant: Flags


@dataclass(frozen=True, slots=True)
class Stack:
    """Beats cut out one over the other (beats, samples, leads), R at `centre`."""

    beats: Array
    centre: int
    rate_hz: float

    def at(self, ms: float) -> int:
        """Index of a moment ms after R, before it when negative."""
        return self.centre + round(ms / 1000 * self.rate_hz)

    def ms(self, index: float) -> float:
        """Milliseconds from R to an index."""
        return (index - self.centre) / self.rate_hz * 1000

    def span(self, ms: float) -> int:
        return round(ms / 1000 * self.rate_hz)

    def part(self, from_ms: float, to_ms: float) -> Stack:
        """Only that long of each beat."""
        start = self.at(from_ms)
        return Stack(self.beats[:, start : self.at(to_ms)], self.centre - start, self.rate_hz)


@dataclass(frozen=True, slots=True)
class Averaged(Stack):
    """Beats and their median (samples, leads)."""

    median: Array

    def of(self, leads: list[int]) -> Averaged:
        """The same of some leads only."""
        return replace(self, beats=self.beats[:, :, leads], median=self.median[:, leads])


def align(clean: Array, indexes: Indexes, rate_hz: float) -> Aligned:
    """Beats shifted to fit their median best, then grouped by correlation of all leads."""
    before, after, reach = (
        round(abs(ms) / 1000 * rate_hz) for ms in (SHAPE_MS[0], SHAPE_MS[1], SHIFT_MS)
    )
    inside = (indexes >= before + reach) & (indexes < len(clean) - after - reach)
    dominant = np.zeros(len(indexes), dtype=np.bool_)
    refined = indexes.copy()
    if inside.any():
        whole = indexes[inside]
        wide = cut(clean, whole, before + reach, after + reach)
        shift, dominant[inside] = _fitted(wide, whole, before + after, reach)
        refined[inside] = whole + shift
    return Aligned(refined, dominant)


def average(clean: Array, indexes: Indexes, rate_hz: float) -> Averaged | None:
    """Median over the beats that lie wholly inside the record; None if there are none."""
    found = stack(clean, indexes, rate_hz)
    if found is None:
        return None
    return Averaged(found.beats, found.centre, rate_hz, middle(found.beats))


def stack(clean: Array, indexes: Indexes, rate_hz: float) -> Stack | None:
    """The beats that lie wholly inside the record, each from its own level before the QRS."""
    before, after = round(BEFORE_MS / 1000 * rate_hz), round(AFTER_MS / 1000 * rate_hz)
    whole = indexes[(indexes >= before) & (indexes + after <= len(clean))]
    if len(whole) == 0:
        return None
    beats = cut(clean, whole[:MOST_BEATS], before, after)
    start, stop = (before + round(ms / 1000 * rate_hz) for ms in LEVEL_MS)
    beats -= beats[:, start:stop].mean(axis=1, keepdims=True)
    return Stack(beats, before, rate_hz)


def cut(signal: Array, indexes: Indexes, before: int, after: int) -> Array:
    """(beats, samples, leads) around each index."""
    return np.asarray(signal[indexes[:, None] + np.arange(-before, after)])


def _fitted(wide: Array, indexes: Indexes, length: int, reach: int) -> tuple[Indexes, Flags]:
    count, _, leads = wide.shape
    # Beside each other the leads of a window are one run of memory, which is not copied.
    flat = wide.reshape(count, -1)
    windows = np.lib.stride_tricks.sliding_window_view(flat, length * leads, axis=1)[:, ::leads]
    every = np.arange(count)
    best = np.full(len(wide), reach)
    members = np.ones(len(wide), dtype=np.bool_)
    for _ in range(2):
        shapes = windows[every, best].reshape(count, length, leads)
        members = _dominant(_normal(shapes), indexes)
        template = _normal(middle(shapes[members])[None])[0]
        likeness = np.einsum("bsi,i->bs", windows, template.ravel())
        best = likeness.argmax(axis=1)
    return best - reach, members


def _normal(shapes: Array) -> Array:
    """Each beat without its mean per lead, of unit length over all leads."""
    centred = shapes - shapes.mean(axis=-2, keepdims=True)
    length = np.sqrt((centred**2).sum(axis=(-2, -1), keepdims=True))
    return np.asarray(centred / np.maximum(length, 1e-9))


def _dominant(normal: Array, indexes: Indexes) -> Flags:
    """Beats like the one with most likenesses; of two such, the one that came less early."""
    flat = normal.reshape(len(normal), -1)
    alike = flat @ flat.T >= SAME_SHAPE
    rr = np.diff(indexes, prepend=indexes[0])
    votes = alike.sum(axis=1) + 0.5 * rr / max(rr.max(), 1)
    return np.asarray(alike[int(np.argmax(votes))])
