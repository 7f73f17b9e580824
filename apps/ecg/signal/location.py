"""From conditioned leads to located, grouped beats, with pacing spikes out of the way."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from apps.ecg.signal.arrays import Array, Flags, Indexes
from apps.ecg.signal.averaging import AFTER_MS, BEFORE_MS, Averaged, Stack, align, average, stack
from apps.ecg.signal.conditioning import Conditioned, condition
from apps.ecg.signal.detection import find_beats
from apps.ecg.signal.pacing import Pacing, find_spikes, placed, real_beats, without_spikes

BLIND_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Located:
    """Beats at the working rate; `pacing` where spikes were suspected and removed.

    `spiked_beats` counts spikes of single beats where most have none; these are left in.
    """

    signal: Conditioned
    indexes: Indexes
    dominant: Flags
    trusted: bool
    pacing: Pacing | None = None
    spiked_beats: int = 0

    @property
    def paced(self) -> bool:
        return self.pacing is not None


def locate(signal: Conditioned, basis: list[int]) -> Located:
    """Find, align and group the beats; twice where pacing spikes may have misled the first."""
    found = _located(signal, basis)
    raw = _raw_beats(found, basis)
    if raw is None:
        return found
    spikes = find_spikes(raw)
    height = spikes.height_uv
    if height is None:
        return replace(found, spiked_beats=spikes.certain_beats)
    calm = condition(without_spikes(signal.raw, height, signal.rate_hz), signal.rate_hz)
    again = _located(replace(calm, raw=signal.raw, missing=signal.missing), basis, paced=True)
    raw = _raw_beats(again, basis)
    return replace(again, pacing=placed(raw, height) if raw is not None else Pacing(0.0, 0.0))


def rr_intervals_ms(located: Located, basis: list[int]) -> Array:
    """Intervals between neighbouring beats, without those that span missing signal."""
    blind = _blind(located.signal, basis)
    before = np.concatenate([[0], np.cumsum(blind)])
    seen = before[located.indexes[1:]] == before[located.indexes[:-1]]
    return np.asarray(np.diff(located.indexes)[seen] * 1000 / located.signal.rate_hz)


def averaged_beat(located: Located, basis: list[int]) -> Averaged | None:
    """Average over all leads of the dominant beats that no gap touches; None without such."""
    signal = located.signal
    touched = np.concatenate([[0], np.cumsum(signal.missing[:, basis].any(axis=1))])
    reach = [round(ms / 1000 * signal.rate_hz) for ms in (BEFORE_MS, AFTER_MS)]
    first = np.clip(located.indexes - reach[0], 0, len(signal.clean))
    last = np.clip(located.indexes + reach[1], 0, len(signal.clean))
    whole = touched[first] == touched[last]
    return average(signal.clean, located.indexes[located.dominant & whole], signal.rate_hz)


def _located(signal: Conditioned, basis: list[int], *, paced: bool = False) -> Located:
    beats = find_beats(signal.steep[:, basis], signal.rate_hz)
    seen = beats.indexes[~_blind(signal, basis)[beats.indexes]]
    if paced:
        seen = real_beats(signal.clean[:, basis], seen, signal.rate_hz)
    aligned = align(signal.clean[:, basis], seen, signal.rate_hz)
    return Located(signal, aligned.indexes, aligned.dominant, beats.trusted)


def _raw_beats(found: Located, basis: list[int]) -> Stack | None:
    raw = found.signal.raw[:, basis]
    return stack(raw, found.indexes, found.signal.rate_hz)


def _blind(signal: Conditioned, basis: list[int]) -> Flags:
    return np.asarray(signal.missing[:, basis].mean(axis=1) >= BLIND_SHARE)
