"""The last second of an 11 s file: a 1 mV pulse of 200 ms in every lead, not the patient's."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import Refused

SECONDS = 10
TAIL_MS = 11_000
PULSE_MS = (10_700, 10_900)
PULSE_NV = 1_000_000


def pulse(samples: int, rate_hz: Decimal, nv_per_lsb: Decimal) -> NDArray[np.int64]:
    """The counts of the pulse alone, zero elsewhere."""
    out = np.zeros(samples, np.int64)
    start, end = (int(ms * rate_hz / 1000) for ms in PULSE_MS)
    out[start:end] = int(PULSE_NV / nv_per_lsb)
    return out


def without_tail(
    counts: NDArray[np.int64], rate_hz: Decimal, nv_per_lsb: Decimal, *, field: str
) -> NDArray[np.int64]:
    """The first ten seconds (samples, leads). Raises Refused unless the pulse is there."""
    wanted = pulse(counts.shape[0], rate_hz, nv_per_lsb)
    at = int(PULSE_MS[0] * rate_hz / 1000)
    if not wanted.any() or not (counts[at - 1 :] == wanted[at - 1 :, None]).all():
        raise Refused(
            "calibration-tail",
            "The last second does not hold the calibration pulse it should.",
            field=field,
        )
    return counts[: int(SECONDS * rate_hz)]
