"""The device's heart rate against the beats in the signal: they differ by two where the sampling
rate is read wrong."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from apps.ecg.formats.canonical import SourceMeasurement

from .panel import Panel
from .signal import Signal, Vector, upper_percentile

ODD_BPM, ODD_SHARE = 5.0, 0.10
WRONG_RATIOS, NEAR = (0.5, 2.0), 0.05
LIMIT = "5 /min or 10 %, never half or double"
STEP_S, SMOOTH_S, REFRACTORY_S, WINDOW_S = 0.01, 0.1, 0.26, 1.5
THRESHOLD, CONTRAST, REGULAR = 0.4, 5.0, 0.15
FEWEST_BEATS = 4
EVEN = 0.6


def check_rate_agrees(
    signal: Signal, measurements: Sequence[SourceMeasurement], panel: Panel
) -> None:
    """Refuses half or double the device's rate, where the beats are regular and clear."""
    device = _device_bpm(measurements)
    if device is None:
        panel.passed("heart-rate", "The device states no heart rate to compare with.")
        return
    found = beats_per_minute(signal) or _at_half_the_rate(signal, device)
    if found is None:
        panel.passed("heart-rate", "Beats are not clear enough to compare the rate with.")
        return
    bpm, regular = found
    figure = f"{bpm:.0f} /min in the signal, {device:.0f} /min by the device"
    if regular and any(abs(bpm / device / ratio - 1) < NEAR for ratio in WRONG_RATIOS):
        words = f"The signal beats at {bpm:.0f} /min, the device says {device:.0f}: the sampling"
        words = f"{words} rate is wrong."
        panel.quarantine("heart-rate", "rate-contradicts", words, figure, LIMIT, "sampling rate")
    elif abs(bpm - device) > max(ODD_BPM, ODD_SHARE * device):
        message = f"The signal beats at {bpm:.0f} /min, the device says {device:.0f}."
        panel.warn("heart-rate", "heart-rate", message, figure, LIMIT)
    else:
        panel.passed("heart-rate", "Signal and device agree on the heart rate.", figure, LIMIT)


def _at_half_the_rate(signal: Signal, device: float) -> tuple[float, bool] | None:
    """Twice what the device says, where only half the sampling rate makes the beats clear and as
    many as it counted: read at double its rate a signal is too crowded to count beats in.
    """
    found = beats_per_minute(signal, signal.rate_hz / 2, evenness=EVEN)
    if found is None or not found[1] or abs(found[0] / device - 1) >= NEAR:
        return None
    return 2 * found[0], True


def _device_bpm(measurements: Sequence[SourceMeasurement]) -> float | None:
    values = {m.name: m.value for m in reversed(measurements) if not m.lead}
    rate, rr = values.get("heart_rate_bpm"), values.get("rr_ms")
    return rate or (60_000 / rr if rr else None)


def beats_per_minute(
    signal: Signal, rate_hz: float | None = None, *, evenness: float = 0.0
) -> tuple[float, bool] | None:
    """The rate by the median of the intervals, and whether they are alike; None where unclear.

    At another sampling rate than the signal's own where one is given; unclear too where the least
    beat is not this share of the usual one.
    """
    rate_hz = rate_hz or signal.rate_hz
    steep = _steepness(signal, rate_hz)
    beats = _peaks(steep, rate_hz)
    between = max(float(np.median(steep)), 1e-9)
    if beats.size < FEWEST_BEATS or float(np.median(steep[beats])) / between < CONTRAST:
        return None
    if steep[beats].min() < evenness * np.median(steep[beats]):
        return None
    intervals = np.diff(beats) / rate_hz
    spread = float(intervals.std() / intervals.mean())
    return 60 / float(np.median(intervals)), spread < REGULAR


def _steepness(signal: Signal, rate_hz: float) -> Vector:
    """How steep all leads are together, each by its own measure, smoothed over a QRS."""
    step = max(1, round(STEP_S * rate_hz))
    total: Vector = np.zeros(signal.uv.shape[1] - step)
    for row in signal.uv:
        slope = np.abs(row[step:] - row[:-step])
        usual = max(upper_percentile(slope, 0.97), 1e-9)
        total += np.minimum(slope / usual, 1.3)
    width = max(1, round(SMOOTH_S * rate_hz))
    sums = np.concatenate([[0.0], np.cumsum(total)])
    smooth: Vector = (sums[width:] - sums[:-width]) / width
    return smooth


def _peaks(height: Vector, rate_hz: float) -> np.ndarray:
    """Tops above a share of the usual height, the highest within the refractory time."""
    window = round(WINDOW_S * rate_hz)
    windows = max(1, height.size // window)
    size = height.size // windows
    usual = float(np.median(height[: windows * size].reshape(windows, size).max(axis=1)))
    apart = round(REFRACTORY_S * rate_hz)
    high = np.flatnonzero(height > THRESHOLD * usual)
    kept: list[int] = []
    for run in np.split(high, np.flatnonzero(np.diff(high) > 1) + 1):
        if not run.size:
            continue
        top = int(run[height[run].argmax()])
        if kept and top - kept[-1] < apart:
            kept[-1] = max(kept[-1], top, key=lambda at: float(height[at]))
        else:
            kept.append(top)
    return np.array(kept, dtype=np.intp)
