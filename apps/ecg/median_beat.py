"""The median of a recording's beats, as the viewer draws it: R on R, each on its own level."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import Lead, Waveform

BEFORE_MS, AFTER_MS = 450.0, 750.0
# The level before the QRS from which each beat is drawn, in ms from R.
LEVEL_MS = (-80.0, -50.0)
NV_PER_UV = Decimal(1000)


def whole_beats(waveform: Waveform, peaks: Sequence[int]) -> list[int]:
    """The R peaks whose beats lie wholly inside: what the median is of."""
    before, after = _reach(waveform)
    return [peak for peak in peaks if before <= peak <= waveform.samples - after]


def median_beat(waveform: Waveform, peaks: Sequence[int]) -> Waveform | None:
    """In whole µV, R at BEFORE_MS from its start; None where no beat lies wholly inside."""
    whole = whole_beats(waveform, peaks)
    if not whole:
        return None
    rate_hz = float(waveform.sampling_rate_hz)
    before, after = _reach(waveform)
    samples_uv = waveform.samples_uv()
    cut = np.stack([samples_uv[peak - before : peak + after] for peak in whole])
    first, end = (before + round(ms / 1000 * rate_hz) for ms in LEVEL_MS)
    middle = _middle(cut - cut[:, first:end].mean(axis=1, keepdims=True))
    missing = np.isnan(middle)
    counts = np.rint(np.where(missing, 0, middle)).astype(np.int32)
    leads = tuple(Lead(name, NV_PER_UV) for name in waveform.lead_names())
    gaps = missing if missing.any() else None
    return Waveform("median", leads, counts, waveform.sampling_rate_hz, gaps)


def _reach(waveform: Waveform) -> tuple[int, int]:
    rate_hz = float(waveform.sampling_rate_hz)
    return round(BEFORE_MS / 1000 * rate_hz), round(AFTER_MS / 1000 * rate_hz)


def _middle(beats: NDArray[np.float64]) -> NDArray[np.float64]:
    """The median over the beats; of those that have the sample where some do not."""
    if not np.isnan(beats).any():
        return np.asarray(np.median(beats, axis=0))
    with warnings.catch_warnings():
        # A sample that no beat has stays missing.
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmedian(beats, axis=0))
