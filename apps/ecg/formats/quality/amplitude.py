"""Amplitudes: a wrong scale shows as an ECG that is too small, too large, or unlike its median."""

from __future__ import annotations

import numpy as np

from apps.ecg.formats.heights import are_stretched

from .panel import Panel
from .signal import Signal, Vector

SMALL_UV, LARGE_UV = 150.0, 6_000.0
SMALLEST_UV, LARGEST_UV = 50.0, 20_000.0
RATIO_ODD, RATIO_WRONG = (0.8, 1.25), (0.4, 2.5)
COMPARABLE_UV = 300.0
STRETCHED = "leads-stretched"
USUAL, ALIKE = "0.15 to 6 mV", "0.8 to 1.25"


def check_amplitude(signal: Signal, panel: Panel) -> None:
    ranges = signal.ranges_uv
    largest = float(ranges.max())
    figure = f"{largest / 1000:.2f} mV at most"
    if largest < SMALLEST_UV:
        words = "No lead is larger than 0.05 mV; the scale or signal is wrong."
        panel.quarantine("amplitude", "no-signal", words, figure, "at least 0.05 mV", "scale")
        return
    if largest > LARGEST_UV:
        words = "A lead is larger than 20 mV; the scale is wrong."
        panel.quarantine(
            "amplitude", "implausible-amplitude", words, figure, "up to 20 mV", "scale"
        )
        return
    panel.passed("amplitude", "Every lead is as large as usual.", figure, USUAL)
    for name, value in zip(signal.names, ranges, strict=True):
        if not SMALL_UV <= value <= LARGE_UV:
            spans = f"{value / 1000:.2f} mV"
            words = f"Lead {name} spans {spans}."
            panel.warn("amplitude", "unusual-amplitude", words, spans, USUAL)


def check_stretched(signal: Signal, panel: Panel) -> bool:
    """Whether each lead was stretched to the same height; then no height in the file is true."""
    found = are_stretched(signal.valid(lead) for lead in signal.measured())
    if found:
        words = (
            "Every lead spans the same height: the leads were stretched one by one, and their true "
            "amplitudes are not in the file. Only intervals and rhythm are measured."
        )
        panel.warn("heights", STRETCHED, words)
    else:
        panel.passed("heights", "The leads differ in height, as those of a heart do.")
    return found


def check_median_scale(rhythm: Signal, median: Signal, panel: Panel) -> None:
    """The median beat must be as tall as the beats it stands for."""
    panel.passed("median", "The median beat is as tall as the beats.", limit=ALIKE)
    beat_samples = round(median.uv.shape[1] * rhythm.rate_hz / median.rate_hz)
    for name in median.names:
        if name not in rhythm.names:
            continue
        beat = _span(median.row(name))
        beats = _typical_span(rhythm.row(name), beat_samples)
        if max(beat, beats) < COMPARABLE_UV:
            continue
        ratio = beat / beats if beats else np.inf
        figure = f"{ratio:.2f} in {name}"
        if not RATIO_WRONG[0] <= ratio <= RATIO_WRONG[1]:
            words = f"Median beat and rhythm differ in scale (lead {name})."
            panel.quarantine("median", "median-scale", words, figure, "0.4 to 2.5", "median scale")
        elif not RATIO_ODD[0] <= ratio <= RATIO_ODD[1]:
            words = f"Median beat and rhythm differ in height (lead {name})."
            panel.warn("median", "median-scale", words, figure, ALIKE)


def _span(values: Vector) -> float:
    return float(np.ptp(values))


def _typical_span(values: Vector, window: int) -> float:
    """Median over windows of the length of a beat, so drift and single artefacts do not count."""
    windows = max(1, values.size // max(1, window))
    size = values.size // windows
    return float(np.median(np.ptp(values[: windows * size].reshape(windows, size), axis=1)))
