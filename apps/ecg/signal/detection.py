"""Where the beats are: steep activity of all good leads together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from apps.ecg.signal.arrays import Array, Indexes, quantile
from apps.ecg.signal.conditioning import smooth

# So smooth a line needs few samples.
ENVELOPE_HZ = 125.0
ENVELOPE_MS = 100.0
NEAREST_MS = 240.0
T_WAVE_MS = 380.0
T_WAVE_FRACTION = 0.45
CEILING = 1.3
BEST_CONTRAST = 20.0
THRESHOLD = 0.32
SEARCH_BACK_THRESHOLD = 0.18
LONG_RR = 1.6
LEAST_OF_HIGH = 0.5
HIDDEN_THRESHOLD = 0.22
HIDDEN_SHARE = 0.5
CONTRAST_NEEDED = 5.0


@dataclass(frozen=True, slots=True)
class Beats:
    """Sample indexes at the working rate; contrast = QRS height over what lies between."""

    indexes: Indexes
    contrast: float

    @property
    def trusted(self) -> bool:
        return self.contrast >= CONTRAST_NEEDED


def find_beats(steep: Array, rate_hz: float) -> Beats:
    """Beats in a band-passed signal of shape (samples, leads), all leads usable."""
    step = max(1, round(rate_hz / ENVELOPE_HZ))
    height, thin_hz = _envelope(steep, rate_hz, step), rate_hz / step
    nearest = round(NEAREST_MS / 1000 * thin_hz)
    candidates = _peaks(height, nearest)
    if len(candidates) < 2:
        return Beats(candidates * step, 0.0)
    typical = _typical_height(height, thin_hz)
    found = candidates[height[candidates] >= THRESHOLD * typical[candidates]]
    found = _without_t_waves(found, height, thin_hz)
    found = _searched_back(found, candidates, height, typical, thin_hz)
    if len(found) == 0:
        return Beats(found, 0.0)
    between = max(float(np.median(height)), 1e-9)
    contrast = float(np.median(height[found])) / between
    return Beats(_centred(found * step + step // 2, steep, rate_hz), contrast)


def _peaks(height: Array, nearest: int) -> Indexes:
    """Local maxima, the highest first, none nearer to a higher one than asked."""
    rising = height[1:-1] > height[:-2]
    tops = np.flatnonzero(rising & (height[1:-1] >= height[2:])) + 1
    free = np.ones(len(tops), dtype=np.bool_)
    for place in np.argsort(-height[tops], kind="stable"):
        if free[place]:
            free &= np.abs(tops - tops[place]) >= nearest
            free[place] = True
    return tops[free]


def _envelope(steep: Array, rate_hz: float, step: int) -> Array:
    """How steep all leads are together, one value for each `step` samples."""
    slope = np.abs(np.gradient(steep, axis=0))
    whole = len(slope) // step * step
    thin = slope[:whole].reshape(-1, step, slope.shape[1]).mean(axis=1)
    each = smooth(thin, ENVELOPE_MS, rate_hz / step)
    high = np.maximum(quantile(each, 0.97), 1e-9)
    middle = np.maximum(np.median(each, axis=0), 1e-9)
    weight = np.minimum(high / middle, BEST_CONTRAST)
    # Held down to the usual height, the artefact of one lead is outvoted by the others.
    usual = np.minimum(each / high, CEILING)
    return np.asarray(usual @ (weight / weight.sum()))


def _typical_height(height: Array, rate_hz: float) -> Array:
    """Median of the peaks of 1.5 s windows within about 8 s, so that size may drift.

    At a slow rate half of the windows hold no beat: it is never far below that of the others.
    """
    step = round(1.5 * rate_hz)
    windows = max(1, len(height) // step)
    peaks = height[: windows * step].reshape(windows, -1).max(axis=1) if windows > 1 else None
    if peaks is None:
        return np.full(len(height), height.max())
    reach = 4
    local = [np.median(peaks[max(0, i - reach) : i + reach + 1]) for i in range(windows)]
    centres = (np.arange(windows) + 0.5) * step
    drifting = np.interp(np.arange(len(height)), centres, local)
    return np.asarray(np.maximum(drifting, LEAST_OF_HIGH * quantile(peaks[:, None], 0.8)[0]))


def _without_t_waves(found: Indexes, height: Array, rate_hz: float) -> Indexes:
    kept: list[int] = []
    for index in found:
        near = kept and (index - kept[-1]) * 1000 / rate_hz < T_WAVE_MS
        if near and height[index] < T_WAVE_FRACTION * height[kept[-1]]:
            continue
        kept.append(int(index))
    return np.array(kept, dtype=np.intp)


def _searched_back(
    found: Indexes, candidates: Indexes, height: Array, typical: Array, rate_hz: float
) -> Indexes:
    """Long pauses are searched once more with a lower threshold.

    So is every interval where as many as half hold a beat so slow that it was passed over: where
    each second beat is such a one, no pause is longer than the others.
    """
    if len(found) < 3:
        return found
    rr = np.diff(found)
    guard = T_WAVE_MS / 1000 * rate_hz
    share = height[candidates] / typical[candidates]
    extra: list[int] = []
    hidden: list[int] = []
    for place, interval in enumerate(rr):
        inside = (candidates > found[place] + guard) & (candidates < found[place + 1] - guard)
        if interval > LONG_RR * np.median(rr):
            extra.extend(candidates[inside & (share >= SEARCH_BACK_THRESHOLD)].tolist())
        elif (inside & (share >= HIDDEN_THRESHOLD)).sum() == 1:
            hidden.extend(candidates[inside & (share >= HIDDEN_THRESHOLD)].tolist())
    if len(hidden) >= HIDDEN_SHARE * len(rr):
        extra += hidden
    return np.unique(np.concatenate([found, np.array(extra, dtype=np.intp)]))


def _centred(found: Indexes, steep: Array, rate_hz: float) -> Indexes:
    """Each beat moved to the greatest spatial magnitude near it."""
    reach = round(0.07 * rate_hz)
    magnitude = np.sqrt((steep**2).sum(axis=1))
    index = np.clip(found[:, None] + np.arange(-reach, reach + 1), 0, len(steep) - 1)
    best = index[np.arange(len(found)), magnitude[index].argmax(axis=1)]
    return np.unique(best)
