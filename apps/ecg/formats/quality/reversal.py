"""Limb electrodes that may be exchanged: only ever a warning, for dextrocardia looks alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .panel import Panel
from .signal import Signal, Vector, upper_percentile

CLEAR_UV = 100.0
CLEAR_P_UV = 15.0
FLAT_II_UV, TALL_UV = 150.0, 300.0


def check_reversal(signal: Signal, panel: Panel) -> None:
    """Suspects arm exchange (I upside down, chest normal) and right arm–leg exchange (II flat)."""
    if not {"I", "II", "aVR", "V5", "V6"} <= set(signal.names):
        panel.passed("electrodes", "Too few leads to suspect exchanged electrodes.")
        return
    panel.passed("electrodes", "Nothing speaks for exchanged limb electrodes.")
    if _right_leg(signal):
        words = "Lead II is almost flat: right arm and leg exchanged?"
        panel.warn("electrodes", "limb-reversal", words)
        return
    qrs = _qrs(signal)
    peaks = {name: _peak(signal.row(name), qrs) for name in ("I", "aVR", "V5", "V6")}
    arms = peaks["I"] < -CLEAR_UV and peaks["aVR"] > CLEAR_UV
    chest = peaks["V5"] > CLEAR_UV and peaks["V6"] > CLEAR_UV
    if arms and chest and _p_wave(signal, qrs) < -CLEAR_P_UV:
        words = "Lead I is upside down: arm electrodes exchanged?"
        panel.warn("electrodes", "limb-reversal", words)


def _right_leg(signal: Signal) -> bool:
    ranges = dict(zip(signal.names, signal.ranges_uv, strict=True))
    return bool(ranges["II"] < FLAT_II_UV and ranges["I"] > TALL_UV)


def _qrs(signal: Signal) -> NDArray[np.bool_]:
    """True where the leads together are steep."""
    step = max(1, round(0.01 * signal.rate_hz))
    steepness: Vector = sum(np.abs(row[step:] - row[:-step]) for row in signal.uv)
    steep = steepness > 0.4 * upper_percentile(steepness, 0.995)
    return np.concatenate([steep, np.zeros(step, dtype=bool)])


def _peak(row: Vector, qrs: NDArray[np.bool_]) -> float:
    """The larger of height and depth of QRS over the lead's usual level, with its sign."""
    values = row[qrs] - np.median(row)
    high, low = upper_percentile(values, 0.95), -upper_percentile(-values, 0.95)
    return high if high >= -low else low


def _p_wave(signal: Signal, qrs: NDArray[np.bool_]) -> float:
    """The mean of lead I where P is expected, over the level shortly before it."""
    row, rate = signal.row("I"), signal.rate_hz
    gap = round(0.25 * rate)
    onsets = np.flatnonzero(qrs)
    onsets = onsets[np.diff(onsets, prepend=-gap - 1) > gap]
    onsets = onsets[onsets > round(0.3 * rate)]
    if not onsets.size:
        return 0.0
    before, p_from, p_to = (onsets - round(s * rate) for s in (0.26, 0.18, 0.08))
    beats = zip(before, p_from, p_to, strict=True)
    rises = [row[a:b].mean() - np.median(row[z:a]) for z, a, b in beats]
    return float(np.median(rises))
