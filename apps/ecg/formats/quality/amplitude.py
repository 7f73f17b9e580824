"""Amplitudes: a wrong scale shows as an ECG that is too small, too large, or unlike its median."""

from __future__ import annotations

import numpy as np

from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.warnings import Warnings

from .signal import Signal, Vector

SMALL_UV, LARGE_UV = 150.0, 6_000.0
SMALLEST_UV, LARGEST_UV = 50.0, 20_000.0
RATIO_ODD, RATIO_WRONG = (0.8, 1.25), (0.4, 2.5)
COMPARABLE_UV = 300.0
ALIKE, ALIKE_LEADS = 0.005, 8


def check_amplitude(signal: Signal, warnings: Warnings) -> None:
    ranges = signal.ranges_uv
    largest = float(ranges.max())
    if largest < SMALLEST_UV:
        raise Refused("no-signal", "No lead is larger than 0.05 mV; the scale or signal is wrong.")
    if largest > LARGEST_UV:
        raise Refused("implausible-amplitude", "A lead is larger than 20 mV; the scale is wrong.")
    for name, value in zip(signal.names, ranges, strict=True):
        if not SMALL_UV <= value <= LARGE_UV:
            warnings.add("unusual-amplitude", f"Lead {name} spans {value / 1000:.2f} mV.")


def check_normalised(signal: Signal) -> None:
    """Raises Refused where the leads are equally tall to half a percent: no heart is.

    Published data sets carry such records: each lead was stretched to the same height.
    """
    values = [signal.valid(lead) for lead in signal.measured()]
    spans = np.array([np.ptp(row) if row.size else 0.0 for row in values])
    if spans.size >= ALIKE_LEADS and spans.min() >= (1 - ALIKE) * spans.max():
        raise Refused(
            "normalised-leads",
            f"Every lead spans the same {spans.max() / 1000:.2f} mV: the leads were stretched "
            "one by one, and their true amplitudes are not in the file.",
            field="gain",
        )


def check_median_scale(rhythm: Signal, median: Signal, warnings: Warnings) -> None:
    """The median beat must be as tall as the beats it stands for."""
    beat_samples = round(median.uv.shape[1] * rhythm.rate_hz / median.rate_hz)
    for name in median.names:
        if name not in rhythm.names:
            continue
        beat = _span(median.row(name))
        beats = _typical_span(rhythm.row(name), beat_samples)
        if max(beat, beats) < COMPARABLE_UV:
            continue
        ratio = beat / beats if beats else np.inf
        if not RATIO_WRONG[0] <= ratio <= RATIO_WRONG[1]:
            raise Refused("median-scale", f"Median beat and rhythm differ in scale (lead {name}).")
        if not RATIO_ODD[0] <= ratio <= RATIO_ODD[1]:
            warnings.add("median-scale", f"Median beat and rhythm differ in height (lead {name}).")


def _span(values: Vector) -> float:
    return float(np.ptp(values))


def _typical_span(values: Vector, window: int) -> float:
    """Median over windows of the length of a beat, so drift and single artefacts do not count."""
    windows = max(1, values.size // max(1, window))
    size = values.size // windows
    return float(np.median(np.ptp(values[: windows * size].reshape(windows, size), axis=1)))
