"""How far each lead can be used."""

from __future__ import annotations

import numpy as np

from apps.ecg.formats.clipping import clipped_spans
from apps.ecg.signal.arrays import THIN, Array
from apps.ecg.signal.conditioning import Conditioned
from apps.ecg.signal.limits import Limits
from apps.ecg.signal.results import LeadQuality, LeadStatus

FLAT_WINDOW_S = 1.5
FLAT_SHARE = 0.25
WANDER_WINDOW_S = 1.0
SPREAD_OF_MEDIAN = 1.4826
DEPENDENT = frozenset({"III", "aVR", "aVL", "aVF"})


def grade_leads(
    signal: Conditioned, missing_fraction: Array, limits: Limits, clipped: Array | None = None
) -> tuple[LeadQuality, ...]:
    """Grades in the order of the columns; `clipped` is what `clipped_fractions` gives."""
    noise = SPREAD_OF_MEDIAN * np.median(np.abs(signal.fast[::THIN]), axis=0)
    flat = _flat(signal, limits.flat_uv)
    wander = _wander(signal)
    cut = np.zeros(len(noise)) if clipped is None else clipped
    found = []
    for i in range(len(noise)):
        status = _status(
            float(noise[i]), bool(flat[i]), float(missing_fraction[i]), float(cut[i]), limits
        )
        known = status in ("good", "noisy", "clipped")
        found.append(
            LeadQuality(
                status,
                noise_uv=round(float(noise[i]), 1) if known else None,
                missing_fraction=round(float(missing_fraction[i]), 4),
                wander_uv=round(float(wander[i]), 1) if known else None,
                mains_uv=round(float(signal.mains_uv[i]), 1) if known else None,
                clipped_fraction=round(float(cut[i]), 4),
            )
        )
    return tuple(found)


def clipped_fractions(samples_uv: Array, names: tuple[str, ...], rate_hz: float) -> Array:
    """The share of each lead's samples in peaks that are cut off.

    A lead that I and II imply is cut off where one of these is, though at no end of its own.
    """
    spans = [clipped_spans(np.ascontiguousarray(lead), rate_hz) for lead in samples_uv.T]
    shares = np.array([np.diff(one, axis=1).sum() / len(samples_uv) for one in spans])
    limbs = max((shares[names.index(name)] for name in ("I", "II") if name in names), default=0.0)
    implied = np.array([name in DEPENDENT for name in names])
    return np.asarray(np.where(implied, np.maximum(shares, limbs), shares))


def _status(noise: float, flat: bool, missing: float, clipped: float, limits: Limits) -> LeadStatus:
    if missing > limits.missing_fraction:
        return "missing"
    if flat:
        return "flat"
    if clipped > 0:
        return "clipped"
    return "noisy" if noise > limits.noisy_uv else "good"


def _wander(signal: Conditioned) -> Array:
    """Standard deviation of the level from second to second."""
    step = round(WANDER_WINDOW_S * signal.rate_hz)
    windows = max(1, len(signal.raw) // step)
    parts = signal.raw[: windows * step].reshape(windows, -1, signal.raw.shape[1])
    return np.asarray(np.median(parts[:, ::THIN], axis=1).std(axis=0))


def _flat(signal: Conditioned, flat_uv: float) -> np.ndarray:
    """Leads that hardly move in a quarter of the record or more."""
    step = round(FLAT_WINDOW_S * signal.rate_hz)
    windows = max(1, len(signal.clean) // step)
    parts = signal.raw[: windows * step].reshape(windows, -1, signal.raw.shape[1])
    return np.asarray((np.ptp(parts, axis=1) < flat_uv).mean(axis=0) >= FLAT_SHARE)
