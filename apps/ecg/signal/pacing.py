"""Pacing spikes: a burst within a few ms, alone in its beat, followed by a slow large wave."""

from __future__ import annotations

import numpy as np

from apps.ecg.signal.arrays import Array
from apps.ecg.signal.averaging import Stack
from apps.ecg.signal.borders import rms
from apps.ecg.signal.conditioning import smooth

SPIKE_MS = 10.0
SLOW_MS = 30.0
SEARCH_MS = (-330.0, 130.0)
ALONE_WITHIN_MS = 28.0
ALONE_RATIO = 2.0
HEIGHT_RATIO = 0.13
SHARE_OF_BEATS = 0.5
BLANK_MS = 10.0


def spike_height(beat: Stack) -> float | None:
    """Typical height in µV of the pacing spikes in unfiltered beats; None if none suspected."""
    count = len(beat.beats)
    lines = beat.beats.transpose(1, 0, 2)
    burst = rms(lines - smooth(lines, SPIKE_MS, beat.rate_hz))
    start, stop = beat.at(SEARCH_MS[0]), beat.at(SEARCH_MS[1])
    peak = start + burst[start:stop].argmax(axis=0)
    height = burst[peak, np.arange(count)]
    apart = np.abs(np.arange(start, stop)[:, None] - peak) > beat.span(ALONE_WITHIN_MS)
    alone = height > ALONE_RATIO * np.where(apart, burst[start:stop], 0).max(axis=0)
    slow = smooth(lines, SLOW_MS, beat.rate_hz)
    size = rms(slow - slow[beat.at(-120) : beat.at(-100)].mean(axis=0))
    large = height > HEIGHT_RATIO * size[beat.at(-100) : beat.at(150)].max(axis=0)
    spiked = alone & large & _followed(size, peak, beat)
    if spiked.mean() < SHARE_OF_BEATS:
        return None
    return float(np.median(height[spiked]))


def without_spikes(raw: Array, height: float, rate_hz: float) -> Array:
    """A copy with everything as sharp as the spikes replaced by straight lines."""
    burst = rms(raw - smooth(raw, SPIKE_MS, rate_hz))
    width = 2 * round(BLANK_MS / 1000 * rate_hz) + 1
    sharp = np.convolve(burst > 0.35 * height, np.ones(width), "same") > 0
    index = np.arange(len(raw))
    out = raw.copy()
    for lead in range(raw.shape[1]):
        out[sharp, lead] = np.interp(index[sharp], index[~sharp], raw[~sharp, lead])
    return out


def _followed(size: Array, peak: np.ndarray, beat: Stack) -> np.ndarray:
    """Whether the slow wave after each spike is larger than at the spike itself."""
    every = np.arange(len(peak))
    near = size[peak[:, None] + np.arange(-beat.span(12), beat.span(14)), every[:, None]]
    late = size[peak[:, None] + np.arange(beat.span(30), beat.span(100)), every[:, None]]
    return np.asarray(late.max(axis=1) > near.max(axis=1))
