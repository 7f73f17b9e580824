"""Shared arithmetic of wave borders: how fast the heart vector moves, where it comes to rest."""

from __future__ import annotations

from collections.abc import Sequence
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
    power = np.einsum("...i,...i->...", signal, signal) / signal.shape[-1]
    return np.asarray(np.sqrt(power))


def velocity(signal: Array) -> Array:
    """RMS over leads of the change per sample."""
    return rms(np.gradient(signal, axis=0))


def levelled(segment: Array) -> Array:
    """A segment without the straight line between its ends."""
    ramp = np.linspace(0.0, 1.0, len(segment)).reshape((-1,) + (1,) * (segment.ndim - 1))
    return np.asarray(segment - (segment[0] + (segment[-1] - segment[0]) * ramp))


def last_rest(quiet: Flags, stop: int, hold: int) -> int | None:
    """Index after the last run of `hold` quiet samples that ends before stop."""
    return last_rests(quiet[:, None], [stop], hold)[0]


def first_rest(quiet: Flags, start: int, hold: int) -> int | None:
    """Index of the first run of `hold` quiet samples that begins at start or later."""
    return first_rests(quiet[:, None], [start], hold)[0]


def last_rests(quiet: Flags, stops: Sequence[int], hold: int) -> list[int | None]:
    """`last_rest` of each column of (samples, leads), all at once."""
    begins, index = _runs(quiet, hold)
    ends = index + hold
    last = np.where(begins & (ends <= np.asarray(stops)), ends, 0).max(axis=0, initial=0)
    return [int(end) or None for end in last]


def first_rests(quiet: Flags, starts: Sequence[int], hold: int) -> list[int | None]:
    """`first_rest` of each column of (samples, leads), all at once."""
    begins, index = _runs(quiet, hold)
    never = len(quiet)
    first = np.where(begins & (index >= np.asarray(starts)), index, never).min(
        axis=0, initial=never
    )
    return [None if begin == never else int(begin) for begin in first]


def _runs(quiet: Flags, hold: int) -> tuple[Flags, NDArray[np.intp]]:
    """Whether `hold` quiet samples begin at each sample, and the samples as a column."""
    before = np.zeros((len(quiet) + 1, quiet.shape[1]), dtype=np.intp)
    np.cumsum(quiet, axis=0, out=before[1:])
    begins = before[hold:] - before[:-hold] == hold
    return begins, np.arange(len(begins))[:, None]
