"""Atrial waves that come at one steady rate whatever the ventricles do: flutter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from apps.ecg.signal.arrays import Array, Indexes

LEADS = ("II", "III", "aVF", "V1")
BLANK_MS = (-60.0, 80.0)
# 210 to 360 waves a minute, among all that is neither wander nor muscle.
FLUTTER_HZ = (3.5, 6.0)
BAND_HZ = (2.5, 12.0)
LINE_HZ = 0.35
SAME_HZ = 0.1
FEWEST_LEADS = 3
SHORTEST_S = 8.0
RESOLUTION_HZ = 0.02


@dataclass(frozen=True, slots=True)
class AtrialWaves:
    """The steadiest rate of single leads, and the share of the band that lies at it there.

    `share` is what the leads that agree on the rate all reach; 0 where too few agree.
    """

    per_minute: float
    share: float
    leads: tuple[str, ...]


def atrial_waves(
    clean: Array, names: tuple[str, ...], usable: list[int], indexes: Indexes, rate_hz: float
) -> AtrialWaves | None:
    """What lies between the QRS; None where record or leads do not suffice to tell a rate.

    Of use only where RR is irregular: waves of a regular rhythm come at multiples of its rate.
    """
    columns = [i for i in usable if names[i] in LEADS]
    if len(columns) < FEWEST_LEADS or len(clean) < SHORTEST_S * rate_hz:
        return None
    between = _without_qrs(clean[:, columns], indexes, rate_hz)
    between = (between - between.mean(axis=0)) * np.hanning(len(between))[:, None]
    length = max(len(between), round(rate_hz / RESOLUTION_HZ))
    power = np.abs(np.fft.rfft(between, length, axis=0)) ** 2
    hz: Array = np.asarray(np.fft.rfftfreq(length, 1 / rate_hz), dtype=np.float64)
    peaks, shares = zip(*(_line(hz, one) for one in power.T), strict=True)
    middle = float(np.median(peaks))
    agreed = np.abs(np.array(peaks) - middle) <= SAME_HZ
    if agreed.sum() < FEWEST_LEADS:
        return AtrialWaves(60 * middle, 0.0, ())
    ranked = sorted(np.array(shares)[agreed], reverse=True)
    leads = tuple(names[i] for i, same in zip(columns, agreed, strict=True) if same)
    return AtrialWaves(60 * middle, float(ranked[FEWEST_LEADS - 1]), leads)


def _without_qrs(lines: Array, indexes: Indexes, rate_hz: float) -> Array:
    """Straight lines in place of each QRS."""
    start, stop = (round(ms / 1000 * rate_hz) for ms in BLANK_MS)
    blank = np.zeros(len(lines), dtype=np.bool_)
    for index in indexes:
        blank[max(0, index + start) : index + stop] = True
    at = np.arange(len(lines))
    out = lines.copy()
    for lead in range(out.shape[1]):
        out[blank, lead] = np.interp(at[blank], at[~blank], lines[~blank, lead])
    return out


def _line(hz: Array, power: Array) -> tuple[float, float]:
    """The strongest frequency of flutter, and the share of the band that lies around it."""
    likely = np.flatnonzero((hz >= FLUTTER_HZ[0]) & (hz <= FLUTTER_HZ[1]))
    peak = float(hz[likely[power[likely].argmax()]])
    band = power[(hz >= BAND_HZ[0]) & (hz <= BAND_HZ[1])].sum()
    near = power[np.abs(hz - peak) <= LINE_HZ].sum()
    return peak, float(near / max(band, 1e-9))
