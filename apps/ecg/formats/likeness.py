"""Whether two recordings hold the same heart beats, whatever their rate, scale and first sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .canonical import Waveform

Vector = NDArray[np.float64]
Indexes = NDArray[np.int64]

RATE_HZ = 250.0
ALIKE = 0.99
LEADS = 4
LONGEST_SHIFT_S = 2.0
SHORTEST_S = 2.0


def leads_alike(one: Waveform, other: Waveform) -> int:
    """Recorded leads of both whose greatest cross-correlation is at least 0.99."""
    first, second = _rows(one), _rows(other)
    return sum(correlation(first[name], second[name]) >= ALIKE for name in first if name in second)


def are_alike(one: Waveform, other: Waveform) -> bool:
    """True where four leads or more are alike."""
    return leads_alike(one, other) >= LEADS


def _rows(waveform: Waveform) -> dict[str, Vector]:
    """Recorded leads in µV at one rate; a gap holds the mean."""
    samples, rate = waveform.samples_uv(), float(waveform.sampling_rate_hz)
    at = np.arange(0, waveform.samples / rate, 1 / RATE_HZ)
    times = np.arange(waveform.samples) / rate
    found = {}
    for column, lead in enumerate(waveform.leads):
        row = samples[:, column]
        present = ~np.isnan(row)
        if not lead.derived and present.any():
            whole = np.where(present, row, row[present].mean())
            found[lead.name] = np.interp(at, times, whole)
    return found


def correlation(one: Vector, other: Vector) -> float:
    """The greatest over all shifts of up to 2 s, each by the samples that both have."""
    reach = int(LONGEST_SHIFT_S * RATE_HZ)
    shortest = int(SHORTEST_S * RATE_HZ)
    a, b = one - one.mean(), other - other.mean()
    size = 1 << (a.size + b.size - 1).bit_length()
    products = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    shifts = np.arange(-reach, reach + 1)
    in_a, in_b = np.maximum(0, shifts), np.maximum(0, -shifts)
    lengths = np.minimum(a.size, b.size + shifts) - in_a
    enough = lengths >= shortest
    shifts, in_a, in_b, lengths = (each[enough] for each in (shifts, in_a, in_b, lengths))
    energy = _energies(a, in_a, lengths) * _energies(b, in_b, lengths)
    alive = energy > 0
    if not alive.any():
        return 0.0
    return max(0.0, float((products[shifts][alive] / np.sqrt(energy[alive])).max()))


def _energies(row: Vector, starts: Indexes, lengths: Indexes) -> Vector:
    """Sum of squares of each part of the row."""
    total = np.concatenate([[0.0], np.cumsum(row * row)])
    parts: Vector = total[starts + lengths] - total[starts]
    return parts
