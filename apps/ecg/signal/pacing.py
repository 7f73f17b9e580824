"""Pacing spikes: sharper than any heart, alone before a beat, in most beats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from apps.ecg.signal.arrays import Array, Flags, Indexes
from apps.ecg.signal.averaging import Stack
from apps.ecg.signal.borders import rms
from apps.ecg.signal.conditioning import smooth

# All that is searched, and what smoothing and the look around a place need beside it.
LOOKED_AT_MS = (-400.0, 280.0)
SPIKE_MS = 10.0
SLOW_MS = 30.0
SEARCH_MS = (-330.0, 130.0)
ALONE_WITHIN_MS = 28.0
ALONE_RATIO = 2.0
HEIGHT_RATIO = 0.13
SHARE_OF_BEATS = 0.5
BLANK_MS = 10.0

JUMP_SEARCH_MS = (-330.0, -8.0)
JUMP_NEAR_MS = (6.0, 14.0)
JUMP_RATIO = 4.0
JUMP_HEIGHT_RATIO = 0.05
JUMP_LEAST_UV = 15.0

SMALL_SEARCH_MS = (-350.0, -40.0)
SMALL_RATIO = 3.0
SMALL_LEAST_UV = 25.0
SMALL_SHARE_OF_BEATS = 0.5

# A spike this long before R drives the atria, a later one the ventricles.
ATRIAL_MS = 140.0
SHARE_OF_SPIKE = 0.35
BEAT_SIZE_RATIO = 0.3
BEAT_MS = 60.0


@dataclass(frozen=True, slots=True)
class Pacing:
    """The share of beats with a spike before the P wave, and just before the QRS."""

    atrial: float
    ventricular: float


@dataclass(frozen=True, slots=True)
class Spikes:
    """Typical height in µV where at least half of the beats have spikes, else None; and how many
    single beats have one for certain.
    """

    height_uv: float | None
    certain_beats: int


def find_spikes(beat: Stack) -> Spikes:
    """What unfiltered beats show of spikes; without a height, most beats show none."""
    beat = beat.part(*LOOKED_AT_MS)
    sharp, size = _sharpness(beat), _size(beat)
    largest = size[beat.at(-100) : beat.at(150)].max(axis=0)
    bursts, jumps = _bursts(beat, sharp, size, largest), _jumps(beat, largest)
    small = _small(beat, sharp, largest)
    # One sign alone comes from noise as well; the two together have not been seen without a spike.
    certain = int((bursts & jumps).sum())
    shares = ((bursts, SHARE_OF_BEATS), (jumps, SHARE_OF_BEATS), (small, SMALL_SHARE_OF_BEATS))
    for found, share in shares:
        if found.mean() >= share:
            part = sharp[beat.at(SEARCH_MS[0]) : beat.at(SEARCH_MS[1]), found]
            return Spikes(float(np.median(part.max(axis=0))), certain)
    return Spikes(None, certain)


def placed(beat: Stack, height: float) -> Pacing:
    """Before which wave the spikes of that height stand."""
    beat = beat.part(*LOOKED_AT_MS)
    sharp = _sharpness(beat) > SHARE_OF_SPIKE * height
    start, border, stop = (beat.at(ms) for ms in (SEARCH_MS[0], -ATRIAL_MS, JUMP_SEARCH_MS[1]))
    early, late = sharp[start:border].any(axis=0), sharp[border:stop].any(axis=0)
    return Pacing(float(early.mean()), float(late.mean()))


def real_beats(clean: Array, indexes: Indexes, rate_hz: float) -> Indexes:
    """The beats without what remains of spikes: too small to be a ventricle's."""
    if len(indexes) == 0:
        return indexes
    reach = round(BEAT_MS / 1000 * rate_hz)
    around = np.clip(indexes[:, None] + np.arange(-reach, reach), 0, len(clean) - 1)
    size = rms(np.ptp(smooth(clean, SLOW_MS, rate_hz)[around], axis=1))
    return indexes[size > BEAT_SIZE_RATIO * np.percentile(size, 75)]


def without_spikes(raw: Array, height: float, rate_hz: float) -> Array:
    """A copy with everything as sharp as the spikes replaced by straight lines."""
    burst = rms(raw - smooth(raw, SPIKE_MS, rate_hz))
    width = 2 * round(BLANK_MS / 1000 * rate_hz) + 1
    sharp = np.convolve(burst > SHARE_OF_SPIKE * height, np.ones(width), "same") > 0
    index = np.arange(len(raw))
    out = raw.copy()
    for lead in range(raw.shape[1]):
        out[sharp, lead] = np.interp(index[sharp], index[~sharp], raw[~sharp, lead])
    return out


def _sharpness(beat: Stack) -> Array:
    """(samples, beats): what a smooth curve does not follow, over all leads."""
    lines = beat.beats.transpose(1, 0, 2)
    return rms(lines - smooth(lines, SPIKE_MS, beat.rate_hz))


def _bursts(beat: Stack, burst: Array, size: Array, largest: Array) -> Flags:
    """Spikes far sharper than the rest of their beat, followed by a slow large wave."""
    count = burst.shape[1]
    start, stop = beat.at(SEARCH_MS[0]), beat.at(SEARCH_MS[1])
    peak = start + burst[start:stop].argmax(axis=0)
    height = burst[peak, np.arange(count)]
    apart = np.abs(np.arange(start, stop)[:, None] - peak) > beat.span(ALONE_WITHIN_MS)
    alone = height > ALONE_RATIO * np.where(apart, burst[start:stop], 0).max(axis=0)
    large = height > HEIGHT_RATIO * largest
    return np.asarray(alone & large & _followed(size, peak, beat))


def _jumps(beat: Stack, largest: Array) -> Flags:
    """Steps within one sample, before R, with nothing as steep in the samples around them."""
    lines = beat.beats.transpose(1, 0, 2)
    step = np.zeros(lines.shape[:2])
    step[1:] = rms(np.diff(lines, axis=0))
    near, far = (beat.span(ms) for ms in JUMP_NEAR_MS)
    offsets = [*range(-far, -near + 1), *range(near, far + 1)]
    around = np.max([np.roll(step, offset, axis=0) for offset in offsets], axis=0)
    start, stop = (beat.at(ms) for ms in JUMP_SEARCH_MS)
    least = np.maximum(JUMP_HEIGHT_RATIO * largest, JUMP_LEAST_UV)
    alone = step > JUMP_RATIO * np.maximum(around, 1e-9)
    return np.asarray((alone & (step > least))[start:stop].any(axis=0))


def _small(beat: Stack, sharp: Array, largest: Array) -> Flags:
    """Small spikes at the same distance from R, after silence, no wider than a sample or two."""
    start, stop = (beat.at(ms) for ms in SMALL_SEARCH_MS)
    part = sharp[start:stop]
    every = np.arange(part.shape[1])
    peak = part.argmax(axis=0)
    height = part[peak, every]
    rows = np.arange(len(part))[:, None]
    silent = np.where(rows < peak - 5, part, 0).max(axis=0)
    wide = ((np.abs(rows - peak) <= 6) & (part > 0.5 * height)).sum(axis=0)
    clear = (height > SMALL_RATIO * silent) & (height > SMALL_LEAST_UV)
    narrow = (wide <= 2) & (peak > 15)
    return np.asarray(clear & narrow & (height > JUMP_HEIGHT_RATIO * largest))


def _size(beat: Stack) -> Array:
    """(samples, beats): how large the slow part of each beat is."""
    slow = smooth(beat.beats.transpose(1, 0, 2), SLOW_MS, beat.rate_hz)
    return rms(slow - slow[beat.at(-120) : beat.at(-100)].mean(axis=0))


def _followed(size: Array, peak: np.ndarray, beat: Stack) -> np.ndarray:
    """Whether the slow wave after each spike is larger than at the spike itself."""
    every = np.arange(len(peak))
    near = size[peak[:, None] + np.arange(-beat.span(12), beat.span(14)), every[:, None]]
    late = size[peak[:, None] + np.arange(beat.span(30), beat.span(100)), every[:, None]]
    return np.asarray(late.max(axis=1) > near.max(axis=1))
