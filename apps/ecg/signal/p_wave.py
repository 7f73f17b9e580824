"""The P wave of the median beat; None where it is not told for certain from what lies around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from apps.ecg.signal.arrays import Array, quantile
from apps.ecg.signal.averaging import Averaged
from apps.ecg.signal.borders import Wave, levelled, rms
from apps.ecg.signal.conditioning import smooth

SMOOTHING_MS = 30.0
# How far before the QRS it is looked for, and again where it is not found or may be cut.
REACH_MS = 340.0
FARTHER_MS = 400.0
CUT_MS = 20.0
HIDDEN_MS = 12.0
BEFORE_QRS_MS = 4.0
LEAST_ROOM_MS = 70.0
LEAST_UV = 6.0
AROUND_MS = 70.0
HALF_WIDTH_MS = 90.0
DIRECTIONS = 2
# Its loop lies in space: where it is for certain, its borders are those in all three directions.
SPACE = 3
REST_FRACTION = 0.15
TROUGH_FRACTION = 0.4
MERGED_FRACTION = 0.45
LOW_FRACTION = 0.5
FLOOR_FACTOR = 1.4
DURATION_MS = (40.0, 220.0)
ALIKE = 0.6
SHARE_ALIKE = 0.6
TYPICAL_LIKENESS = 0.7
GREATEST_SPREAD = 0.6
CLEAR_LIKENESS = 0.95
IRREGULAR_LIKENESS = 0.93
# Of few beats each is a large part of the median, and like it for that alone: all must have the
# wave, and be like the others without itself, as must beats that come irregularly.
FEW_BEATS = 6
LEAST_SIZE = 0.3
OTHERS_LIKENESS = 0.9


@dataclass(frozen=True, slots=True)
class _Search:
    """The stretch before the QRS: the median along the wave's own directions, the largest first."""

    start: int
    shape: Array
    directions: Array
    height: Array

    @property
    def peak(self) -> int:
        return int(np.argmax(self.height))

    def speed(self, directions: int) -> Array:
        """Of the vector in so many directions, per sample."""
        change = np.gradient(self.shape[:, :directions], axis=0)
        return np.asarray(np.sqrt((change**2).sum(axis=1)))


def find_p(
    beat: Averaged, qrs: Wave, t_off: int | None, rr_ms: float, *, irregular: bool = False
) -> Wave | None:
    """The wave before the QRS, if nearly every beat has it in nearly the same shape.

    Beats that come irregularly must agree closer: flutter waves may fall in with some of them.
    """
    search = _searched(beat, qrs, t_off, rr_ms, REACH_MS)
    found = _found(beat, search, irregular=irregular)
    if search and found and found.on - search.start >= beat.span(CUT_MS):
        return found
    farther = _searched(beat, qrs, t_off, rr_ms, FARTHER_MS)
    return _found(beat, farther, irregular=irregular) or found


def onset_hidden(beat: Averaged, p: Wave, t_off: int | None, rr_ms: float) -> bool:
    """Whether the wave begins so soon after the T wave before it that it may begin within it."""
    return t_off is not None and p.on - (t_off - beat.span(rr_ms)) < beat.span(HIDDEN_MS)


def _found(beat: Averaged, search: _Search | None, *, irregular: bool) -> Wave | None:
    if search is None:
        return None
    half = beat.span(HALF_WIDTH_MS)
    found = _borders(search, search.speed(DIRECTIONS), half)
    if found is None or not _fits(beat, found):
        return None
    if not _in_every_beat(beat, search, found, irregular=irregular):
        return None
    whole = _borders(search, search.speed(SPACE), half)
    if whole is not None:
        whole = Wave(min(found.on, whole.on), max(found.off, whole.off))
        found = whole if _fits(beat, whole) else found
    return Wave(search.start + found.on, search.start + found.off)


def _fits(beat: Averaged, wave: Wave) -> bool:
    shortest, longest = DURATION_MS
    return shortest <= (wave.off - wave.on) / beat.rate_hz * 1000 <= longest


def _searched(
    beat: Averaged, qrs: Wave, t_off: int | None, rr_ms: float, reach_ms: float
) -> _Search | None:
    earliest = qrs.on - beat.span(reach_ms)
    after_t = beat.at(-min(300, 0.4 * rr_ms))
    if t_off is not None:
        after_t = t_off - beat.span(rr_ms)
    start, stop = max(earliest, after_t, 1), qrs.on - beat.span(BEFORE_QRS_MS)
    if stop - start < beat.span(LEAST_ROOM_MS):
        return None
    shape = smooth(beat.median, SMOOTHING_MS, beat.rate_hz)[start:stop]
    level = levelled(shape)
    height = rms(level)
    peak = int(np.argmax(height))
    if height[peak] < LEAST_UV:
        return None
    reach = beat.span(AROUND_MS)
    # Seen along the few directions the wave moves in, the noise of the leads averages out.
    _, _, directions = np.linalg.svd(
        level[max(0, peak - reach) : peak + reach], full_matrices=False
    )
    own = directions[:SPACE].T
    return _Search(start, shape @ own, own, height)


def _borders(search: _Search, speed: Array, half: int) -> Wave | None:
    peak = search.peak
    first = max(0, peak - half)
    if peak - first < 2 or len(speed) - peak < 3:
        return None
    rise = first + int(np.argmax(speed[first : peak + 1]))
    fall = peak + int(np.argmax(speed[peak : peak + half]))
    floor = FLOOR_FACTOR * float(quantile(speed, 0.15))
    # Between the two humps of a P wave it rests as well, but high.
    low = search.height < LOW_FRACTION * search.height[peak]
    still = np.flatnonzero(low[:rise] & (speed[:rise] < _limit(speed[rise], floor)))
    on = int(still[-1]) + 1 if len(still) else int(np.argmin(speed[: rise + 1]))
    still = np.flatnonzero(low[fall:] & (speed[fall:] < _limit(speed[fall], floor)))
    off = fall + (int(still[0]) if len(still) else int(np.argmin(speed[fall:])))
    # A wave that rises without a pause out of the T wave has no onset that can be told.
    merged = on == 0 or speed[on] > MERGED_FRACTION * speed[rise]
    return None if merged or off <= on else Wave(on, off)


def _limit(hump: float, floor: float) -> float:
    return max(REST_FRACTION * hump, min(floor, TROUGH_FRACTION * hump))


def _in_every_beat(beat: Averaged, search: _Search, found: Wave, *, irregular: bool) -> bool:
    """Fibrillation waves average to a small bump that the single beats do not follow."""
    template = levelled(search.shape[found.on : found.off, :DIRECTIONS]).ravel()
    part = beat.beats[:, search.start + found.on : search.start + found.off]
    pieces = part @ search.directions[:, :DIRECTIONS]
    calm = smooth(pieces.transpose(1, 0, 2), SMOOTHING_MS, beat.rate_hz)
    flat = levelled(calm).transpose(1, 0, 2).reshape(len(pieces), -1)
    likeness, size = _compared(flat, template)
    low, high = np.percentile(size, (20, 80))
    typical = float(np.median(likeness))
    # 20 to 80 % of a normal distribution are 1.7 standard deviations.
    steady = (high - low) / 1.7 <= GREATEST_SPREAD or typical >= CLEAR_LIKENESS
    share = float((likeness > ALIKE).mean())
    least = IRREGULAR_LIKENESS if irregular else TYPICAL_LIKENESS
    few = len(flat) <= FEW_BEATS
    if typical < least or share < SHARE_ALIKE or not steady or (few and size.min() < LEAST_SIZE):
        return False
    return not (few or irregular) or _like_the_others(flat)


def _like_the_others(flat: Array) -> bool:
    """Whether the beats (rows) are like the mean of all the others."""
    others = (flat.sum(axis=0) - flat) / max(len(flat) - 1, 1)
    return float(np.median(_compared(flat, others)[0])) >= OTHERS_LIKENESS


def _compared(flat: Array, template: Array) -> tuple[Array, Array]:
    """The correlation of each beat (row) with its template, and its size beside it."""
    power = np.maximum((template**2).sum(axis=-1), 1e-9)
    product = (flat * template).sum(axis=-1)
    return product / np.sqrt(power * np.maximum((flat**2).sum(axis=-1), 1e-9)), product / power
