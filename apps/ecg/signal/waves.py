"""QRS, T and P borders on an averaged beat; None where the wave is not found for certain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from apps.ecg.signal.arrays import Array
from apps.ecg.signal.averaging import Averaged
from apps.ecg.signal.borders import first_rest, last_rest, levelled, rms, velocity
from apps.ecg.signal.conditioning import smooth

QRS_SEARCH_MS = (-110.0, 130.0)
QRS_SMOOTHING_MS = 24.0
QRS_ONSET_FRACTION = 0.02
QRS_OFFSET_FRACTION = 0.035
QRS_REST_MS = 12.0
QRS_LATEST_MS = 150.0
QRS_TROUGH_FRACTION = 0.15
QRS_TOP_FRACTION = 0.6
FLOOR_MS = (-250.0, 450.0)
FLOOR_FACTOR = 2.5

T_SMOOTHING_MS = 40.0
T_AFTER_QRS_MS = 60.0
T_BEFORE_NEXT_QRS_MS = 160.0
T_REST_FRACTION = 0.13
T_FALL_MS = 200.0
TROUGH_FRACTION = 0.4
T_LEAST_UV = 12.0

P_SMOOTHING_MS = 40.0
P_LONGEST_BEFORE_QRS_MS = 340.0
P_HALF_WIDTH_MS = 90.0
P_REST_FRACTION = 0.15
P_FLOOR_FACTOR = 1.4
P_LEAST_UV = 9.0
P_GREATEST_SPREAD = 0.55
P_LEAST_LIKENESS = 0.75
P_DURATION_MS = (40.0, 200.0)


@dataclass(frozen=True, slots=True)
class Wave:
    """Borders as indexes of the averaged beat."""

    on: int
    off: int


def find_qrs(beat: Averaged) -> Wave | None:
    """From the rest before the steepest movement to the rest after it."""
    shape = smooth(beat.median, QRS_SMOOTHING_MS, beat.rate_hz)
    speed = velocity(shape)
    start, stop = beat.at(QRS_SEARCH_MS[0]), beat.at(QRS_SEARCH_MS[1])
    steepest = start + int(np.argmax(speed[start:stop]))
    top = speed[steepest]
    floor = FLOOR_FACTOR * np.percentile(speed[beat.at(FLOOR_MS[0]) : beat.at(FLOOR_MS[1])], 15)
    hold = beat.span(QRS_REST_MS)
    on = last_rest(speed < max(QRS_ONSET_FRACTION * top, floor), steepest, hold)
    # The vector also rests at the top of a wide wave: an end is low as well.
    height = rms(shape - shape[steepest if on is None else on])
    low = height < QRS_TOP_FRACTION * height[start:stop].max()
    off = first_rest(low & (speed < max(QRS_OFFSET_FRACTION * top, floor)), steepest, hold)
    latest = beat.at(QRS_LATEST_MS)
    if off is None or off > latest:
        # A steep ST segment leaves no rest: the slowest moment, if it is slow enough.
        off = steepest + int(np.argmin(np.where(low, speed, top)[steepest:latest]))
        if speed[off] > QRS_TROUGH_FRACTION * top:
            return None
    return None if on is None else Wave(on, off)


def find_t(beat: Averaged, qrs: Wave, rr_ms: float) -> Wave | None:
    """From the ST segment to the rest after the steepest fall from the T peak (U excluded)."""
    start = qrs.off + beat.span(T_AFTER_QRS_MS)
    latest_ms = min(380 * np.sqrt(rr_ms / 1000) + 200, rr_ms - T_BEFORE_NEXT_QRS_MS)
    stop = min(beat.at(latest_ms), len(beat.median) - 2)
    if stop - start < beat.span(80):
        return None
    shape = smooth(beat.median, T_SMOOTHING_MS, beat.rate_hz)
    height = rms(levelled(shape[start:stop]))
    peak = int(np.argmax(height))
    speed = velocity(shape)[start:stop]
    fall = speed[peak : peak + beat.span(T_FALL_MS)]
    if height[peak] < T_LEAST_UV or len(fall) < beat.span(20):
        return None
    off = _rest_after(speed, peak + int(np.argmax(fall)))
    if off is None:
        return None
    return Wave(start + _rest_before(speed, peak), start + off)


def find_p(beat: Averaged, qrs: Wave, t_off: int | None, rr_ms: float) -> Wave | None:
    """The wave before the QRS, if it is there in nearly every beat in nearly the same shape."""
    rr = beat.span(rr_ms)
    earliest = qrs.on - beat.span(P_LONGEST_BEFORE_QRS_MS)
    before = t_off - rr + beat.span(20) if t_off is not None else beat.at(-min(300, 0.4 * rr_ms))
    start, stop = max(earliest, before, 1), qrs.on - beat.span(4)
    if stop - start < beat.span(70):
        return None
    shape = smooth(beat.median, P_SMOOTHING_MS, beat.rate_hz)
    height = rms(levelled(shape[start:stop]))
    peak = int(np.argmax(height))
    if height[peak] < P_LEAST_UV:
        return None
    found = _p_borders(velocity(shape)[start:stop], peak, beat.span(P_HALF_WIDTH_MS))
    if found is None:
        return None
    wave = Wave(start + found.on, start + found.off)
    shortest, longest = P_DURATION_MS
    fits = shortest <= (wave.off - wave.on) / beat.rate_hz * 1000 <= longest
    return wave if fits and _in_every_beat(beat, shape, wave) else None


def _rest_after(speed: Array, hump: int) -> int | None:
    """First rest after a hump, or a clear trough where the next wave begins too early."""
    limit = max(T_REST_FRACTION * speed[hump], 1.5 * np.percentile(speed, 10))
    still = np.flatnonzero(speed[hump:] < limit)
    if len(still):
        return hump + int(still[0])
    trough = hump + int(np.argmin(speed[hump:]))
    clear = trough < len(speed) - 2 and speed[trough] < TROUGH_FRACTION * speed[hump]
    return trough if clear else None


def _rest_before(speed: Array, peak: int) -> int:
    """Where the rise to a peak begins; the start of the search if it never rests."""
    if peak == 0:
        return 0
    hump = int(np.argmax(speed[: peak + 1]))
    still = np.flatnonzero(speed[:hump] < P_REST_FRACTION * speed[hump])
    return int(still[-1]) + 1 if len(still) else 0


def _p_borders(speed: Array, peak: int, half: int) -> Wave | None:
    first = max(0, peak - half)
    if peak - first < 2 or len(speed) - peak < 3:
        return None
    rise = first + int(np.argmax(speed[first : peak + 1]))
    fall = peak + int(np.argmax(speed[peak : peak + half]))
    floor = P_FLOOR_FACTOR * np.percentile(speed, 15)
    quiet_before = speed[:rise] < _p_limit(speed[rise], floor)
    quiet_after = speed[fall:] < _p_limit(speed[fall], floor)
    still = np.flatnonzero(quiet_before)
    on = int(still[-1]) + 1 if len(still) else int(np.argmin(speed[: rise + 1]))
    still = np.flatnonzero(quiet_after)
    off = fall + (int(still[0]) if len(still) else int(np.argmin(speed[fall:])))
    # A wave that rises without a pause out of the T wave has no onset that can be told.
    merged = on == 0 or speed[on] > TROUGH_FRACTION * speed[rise]
    return None if merged or off <= on else Wave(on, off)


def _p_limit(hump: float, floor: float) -> float:
    return max(P_REST_FRACTION * hump, min(floor, TROUGH_FRACTION * hump))


def _in_every_beat(beat: Averaged, shape: Array, wave: Wave) -> bool:
    """Fibrillation waves average to a small bump that the single beats do not follow."""
    template = levelled(shape[wave.on : wave.off]).ravel()
    pieces = beat.beats[:, wave.on : wave.off].transpose(1, 0, 2)
    single = levelled(smooth(pieces, P_SMOOTHING_MS, beat.rate_hz)).transpose(1, 0, 2)
    flat = single.reshape(len(single), -1)
    power = max(float(template @ template), 1e-9)
    product = flat @ template
    likeness = product / np.sqrt(power * np.maximum((flat**2).sum(axis=1), 1e-9))
    return bool(
        np.std(product / power) <= P_GREATEST_SPREAD and np.median(likeness) >= P_LEAST_LIKENESS
    )
