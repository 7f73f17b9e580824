"""The T wave of an averaged beat; None where it is not found for certain."""

from __future__ import annotations

import numpy as np

from apps.ecg.signal.arrays import Array, quantile
from apps.ecg.signal.averaging import Averaged
from apps.ecg.signal.borders import Wave, levelled, rms, velocity
from apps.ecg.signal.conditioning import smooth

SMOOTHING_MS = 50.0
AFTER_QRS_MS = 60.0
BEFORE_NEXT_QRS_MS = 160.0
REST_FRACTION = 0.13
RISE_FRACTION = 0.15
FALL_MS = 200.0
TROUGH_FRACTION = 0.4
LEAST_UV = 12.0


def find_t(beat: Averaged, qrs: Wave, rr_ms: float) -> Wave | None:
    """From the ST segment to the rest after the steepest fall from the T peak (U excluded)."""
    start = qrs.off + beat.span(AFTER_QRS_MS)
    latest_ms = min(380 * np.sqrt(rr_ms / 1000) + 200, rr_ms - BEFORE_NEXT_QRS_MS)
    stop = min(beat.at(latest_ms), len(beat.median) - 2)
    if stop - start < beat.span(80):
        return None
    shape = smooth(beat.median, SMOOTHING_MS, beat.rate_hz)
    height = rms(levelled(shape[start:stop]))
    peak = int(np.argmax(height))
    speed = velocity(shape)[start:stop]
    fall = speed[peak : peak + beat.span(FALL_MS)]
    if height[peak] < LEAST_UV or len(fall) < beat.span(20):
        return None
    off = _rest_after(speed, peak + int(np.argmax(fall)))
    if off is None:
        return None
    return Wave(start + _rest_before(speed, peak), start + off)


def _rest_after(speed: Array, hump: int) -> int | None:
    """First rest after a hump, or a clear trough where the next wave begins too early."""
    limit = max(REST_FRACTION * speed[hump], 1.5 * quantile(speed, 0.1))
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
    still = np.flatnonzero(speed[:hump] < RISE_FRACTION * speed[hump])
    return int(still[-1]) + 1 if len(still) else 0
