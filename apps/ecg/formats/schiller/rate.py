"""The sampling rate of a Schiller file, and three ways in which the file must bear it out.

The rate has an exponent that is no power of ten: in the one real file the value 500 with the
exponent 1 is 500 Hz. So a rate is believed where the numbers of the file agree with it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple, NoReturn

import numpy as np

from apps.ecg.formats.canonical import Refused, Waveform
from apps.ecg.formats.scale import check_rate
from apps.ecg.formats.xml import Element

PROVEN_EXPONENT = 1
_EXPONENTS = (0, 1)
# Interval in ms: its limits as samples of the averaged beat.
_SPANS = {
    "P": ("P_ON", "P_OFF"),
    "PQ": ("P_ON", "QRS_ON"),
    "QRS": ("QRS_ON", "QRS_OFF"),
    "QT": ("QRS_ON", "T_OFF"),
}
_RR_TOLERANCE_MS = Decimal(20)
# The rate as written, and what an exponent misread would make of it.
_SCALES = (1, 10, 0.1)
_WORST_MISFIT = math.log(2.5)
_PARTS = 5


class Rate(NamedTuple):
    hz: Decimal
    proven: bool


def read_rate(wavedata: Element) -> Rate:
    """The rate as the file writes it. Raises Refused for an exponent without a known meaning."""
    place = ("resolution", "samplerate")
    exponent = wavedata.whole(*place, "exponent")
    if (exponent or 0) not in _EXPONENTS:
        raise Refused(
            "unknown-rate",
            "The exponent of the sampling rate has no known meaning.",
            field=wavedata.path(*place, "exponent"),
        )
    hz = check_rate(wavedata.number(*place, "value"), field=wavedata.path(*place, "value"))
    return Rate(hz, exponent == PROVEN_EXPONENT)


def agrees(rhythm: Waveform, beat_hz: Decimal | None, said: Mapping[str, Decimal]) -> bool:
    """Whether anything bears the rates out. Raises Refused where something contradicts them."""
    limits = beat_hz is not None and _limits_agree(beat_hz, said)
    beats = _beats_agree(rhythm, said)
    return limits and beats


def _limits_agree(hz: Decimal, said: Mapping[str, Decimal]) -> bool:
    """Intervals in ms against their limits in samples, within two samples."""
    found = False
    for name, (start, end) in _SPANS.items():
        if not {name, start, end} <= said.keys() or said[end] <= said[start]:
            continue
        sample_ms = 1000 / hz
        if abs((said[end] - said[start]) * sample_ms - said[name]) > 2 * sample_ms:
            _contradicted(f"{name} lasts {said[name]} ms, which its limits in samples do not.")
        found = True
    return found


def _beats_agree(rhythm: Waveform, said: Mapping[str, Decimal]) -> bool:
    """As many beats in the signal as rate, duration and heart rate make."""
    rr, rate = said.get("RR"), said.get("HR")
    if rr is None or rate is None or rr <= 0 or rate <= 0:
        return False
    if abs(60_000 / rate - rr) > max(_RR_TOLERANCE_MS, rr / 20):
        _contradicted("Heart rate and RR interval differ.")
    samples_per_beat = float(rr * rhythm.sampling_rate_hz / 1000)
    fits = {scale: _misfit(rhythm, samples_per_beat * scale) for scale in _SCALES}
    if min(fits, key=lambda scale: fits[scale]) != 1 or fits[1] > _WORST_MISFIT:
        _contradicted("Its beats are not as many as heart rate and duration make.")
    return True


def _misfit(rhythm: Waveform, samples_per_beat: float) -> float:
    """0 where the signal holds as many beats as are due, log 2 for twice or half of them."""
    counted = max(_count_beats(rhythm, samples_per_beat), 1)
    return abs(math.log(counted * samples_per_beat / rhythm.samples))


def _count_beats(rhythm: Waveform, samples_per_beat: float) -> int:
    """Steep places of all leads together, no two of them nearer than 0.4 of a beat."""
    slopes = np.abs(np.diff(rhythm.counts.astype(np.float64), axis=0)).sum(axis=1)
    parts = np.array_split(slopes, _PARTS)
    # A single artefact is steeper than any beat, but not in most parts of the recording.
    steep = np.flatnonzero(slopes > np.median([part.max(initial=0.0) for part in parts]) / 2)
    beats, last = 0, -np.inf
    for at in steep.tolist():
        if at - last > 0.4 * samples_per_beat:
            beats, last = beats + 1, at
    return beats


def _contradicted(why: str) -> NoReturn:
    raise Refused(
        "rate-contradicted",
        f"The sampling rate does not fit the rest of the file. {why}",
        field="samplerate",
    )
