"""Shared arithmetic of wave borders: how fast the heart vector moves, where it comes to rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.ecg.signal.arrays import Array, Flags


@dataclass(frozen=True, slots=True)
class Wave:
    """Borders as indexes of the averaged beat."""

    on: int
    off: int


def rms(signal: Array) -> Array:
    """Root mean square over leads."""
    return np.asarray(np.sqrt((signal**2).mean(axis=-1)))


def velocity(signal: Array) -> Array:
    """RMS over leads of the change per sample."""
    return rms(np.gradient(signal, axis=0))


def levelled(segment: Array) -> Array:
    """A segment without the straight line between its ends."""
    ramp = np.linspace(0.0, 1.0, len(segment)).reshape((-1,) + (1,) * (segment.ndim - 1))
    return np.asarray(segment - (segment[0] + (segment[-1] - segment[0]) * ramp))


def last_rest(quiet: Flags, stop: int, hold: int) -> int | None:
    """Index after the last run of `hold` quiet samples that ends before stop."""
    runs = _runs(quiet[:stop], hold)
    return int(runs[-1]) + hold if len(runs) else None


def first_rest(quiet: Flags, start: int, hold: int) -> int | None:
    """Index of the first run of `hold` quiet samples that begins at start or later."""
    runs = _runs(quiet[start:], hold)
    return start + int(runs[0]) if len(runs) else None


def _runs(quiet: Flags, hold: int) -> NDArray[np.intp]:
    if len(quiet) < hold:
        return np.zeros(0, dtype=np.intp)
    return np.flatnonzero(np.convolve(quiet, np.ones(hold), "valid") > hold - 0.5)
