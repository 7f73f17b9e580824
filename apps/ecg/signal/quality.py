"""How far each lead can be used."""

from __future__ import annotations

import numpy as np

from apps.ecg.signal.arrays import Array
from apps.ecg.signal.conditioning import Conditioned
from apps.ecg.signal.limits import Limits
from apps.ecg.signal.results import LeadQuality, LeadStatus

FLAT_WINDOW_S = 1.5
FLAT_SHARE = 0.25
SPREAD_OF_MEDIAN = 1.4826


def grade_leads(
    signal: Conditioned, missing_fraction: Array, limits: Limits
) -> tuple[LeadQuality, ...]:
    """Grades in the order of the columns."""
    noise = SPREAD_OF_MEDIAN * np.median(np.abs(signal.fast), axis=0)
    flat = _flat(signal, limits.flat_uv)
    return tuple(
        _grade(float(noise[i]), bool(flat[i]), float(missing_fraction[i]), limits)
        for i in range(len(noise))
    )


def _grade(noise: float, flat: bool, missing: float, limits: Limits) -> LeadQuality:
    status: LeadStatus = "good"
    if missing > limits.missing_fraction:
        status = "missing"
    elif flat:
        status = "flat"
    elif noise > limits.noisy_uv:
        status = "noisy"
    known = status in ("good", "noisy")
    return LeadQuality(status, round(noise, 1) if known else None, round(missing, 4))


def _flat(signal: Conditioned, flat_uv: float) -> np.ndarray:
    """Leads that hardly move in a quarter of the record or more."""
    step = round(FLAT_WINDOW_S * signal.rate_hz)
    windows = max(1, len(signal.clean) // step)
    parts = signal.raw[: windows * step].reshape(windows, -1, signal.raw.shape[1])
    return np.asarray((np.ptp(parts, axis=1) < flat_uv).mean(axis=0) >= FLAT_SHARE)
