"""Small exact waveforms for drawing tests."""

from decimal import Decimal

import numpy as np

from apps.ecg.formats.canonical import STANDARD_LEADS, Lead, Waveform, WaveformKind


def flat(
    seconds: float = 10,
    rate_hz: int = 500,
    leads: tuple[str, ...] = STANDARD_LEADS,
    kind: WaveformKind = "rhythm",
) -> Waveform:
    """Zero everywhere, 1 µV per count."""
    counts = np.zeros((round(seconds * rate_hz), len(leads)), np.int32)
    named = tuple(Lead(name, Decimal(1000)) for name in leads)
    return Waveform(kind, named, counts, Decimal(rate_hz))


def with_pulse(waveform: Waveform, lead: str, start: int, end: int, uv: int = 1000) -> Waveform:
    """The same waveform with one lead set to uv from sample start to before end."""
    waveform.counts[start:end, waveform.lead_names().index(lead)] = uv
    return waveform


def with_gap(waveform: Waveform, lead: str, start: int, end: int) -> Waveform:
    """The same waveform with samples of one lead missing."""
    missing = np.zeros(waveform.counts.shape, np.bool_)
    missing[start:end, waveform.lead_names().index(lead)] = True
    return Waveform(
        waveform.kind, waveform.leads, waveform.counts, waveform.sampling_rate_hz, missing
    )
