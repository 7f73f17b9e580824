"""The calibration pulse that some devices append to the signal."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from apps.ecg.formats.canonical import Waveform
from apps.ecg.formats.quality.pulse import holds_pulse
from apps.ecg.formats.quality.signal import Signal


def without_tail(waveform: Waveform, seconds: Decimal) -> Waveform:
    """The first `seconds`, where what follows them holds a calibration pulse; else unchanged."""
    keep = int(seconds * waveform.sampling_rate_hz)
    if waveform.samples <= keep or not holds_pulse(Signal(_part(waveform, keep, None))):
        return waveform
    return _part(waveform, 0, keep)


def _part(waveform: Waveform, start: int, stop: int | None) -> Waveform:
    missing = None if waveform.missing is None else waveform.missing[start:stop]
    return replace(waveform, counts=waveform.counts[start:stop], missing=missing)
