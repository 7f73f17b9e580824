"""Arithmetic on what was found: corrected QT, frontal axes."""

from __future__ import annotations

import numpy as np

from apps.ecg.signal.arrays import Array
from apps.ecg.signal.results import Qtc

# Each limb lead as a sum of I and II.
LIMB = {
    "I": (1.0, 0.0),
    "II": (0.0, 1.0),
    "III": (-1.0, 1.0),
    "aVR": (-0.5, -0.5),
    "aVL": (1.0, -0.5),
    "aVF": (-0.5, 1.0),
}
NEAR_ZERO_UV = 8.0


def corrected_qt(qt_ms: float, rr_ms: float) -> Qtc:
    """QT in ms at the rate of a mean RR in ms, by the four formulas."""
    rr_s = rr_ms / 1000
    return Qtc(
        bazett=qt_ms / rr_s**0.5,
        fridericia=qt_ms / rr_s ** (1 / 3),
        framingham=qt_ms + 154 * (1 - rr_s),
        hodges=qt_ms + 1.75 * (60 / rr_s - 60),
        rr_ms=rr_ms,
    )


def frontal_axis(area_i: float, area_avf: float) -> float:
    """Degrees, −180 < axis ≤ 180, from net areas; aVF is brought to the scale of lead I."""
    degrees = float(np.degrees(np.arctan2(2 * area_avf / np.sqrt(3), area_i)))
    return 180.0 if degrees <= -180 else degrees


def axis_of(segment: Array, leads: tuple[str, ...]) -> float | None:
    """Axis of the net area of a segment (samples, leads); None without two limb leads or area."""
    limb = [i for i, name in enumerate(leads) if name in LIMB]
    rows = np.array([LIMB[leads[i]] for i in limb]).reshape(-1, 2)
    if len(rows) < 2 or np.linalg.matrix_rank(rows) < 2:
        return None
    mean_uv = segment[:, limb].mean(axis=0)
    (first, second), *_ = np.linalg.lstsq(rows, mean_uv, rcond=None)
    if np.hypot(first, second) < NEAR_ZERO_UV:
        return None
    return frontal_axis(float(first), float(second - first / 2))
