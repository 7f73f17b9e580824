"""Likeness of two signals: by their beats, whatever rate, scale and first sample."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from apps.ecg.formats.likeness import are_alike, correlation, leads_alike
from tests.formats.ecgs import rows, waveform

NAMES = waveform().lead_names()


def of(signal, **given):
    return waveform(counts=np.stack([signal[name] for name in NAMES], axis=1), **given)


def test_the_same_signal_at_another_rate_and_scale_is_alike():
    assert leads_alike(waveform(rate=1000), waveform(rate=500)) >= 8
    doubled = waveform(counts=waveform().counts * 2, nv_per_lsb=Decimal(500))
    assert leads_alike(waveform(), doubled) == 12


@pytest.mark.parametrize("samples", [100, 450, 900])
def test_a_later_first_sample_is_alike_within_two_seconds(samples):
    later = waveform(counts=waveform().counts[samples:])
    assert are_alike(waveform(), later)


def test_another_rhythm_is_not_alike():
    assert not are_alike(waveform(), of(rows(beat_s=0.71)))


def test_three_leads_alike_are_too_few():
    signal = rows(beat_s=0.71)
    for name in ("V1", "V2", "V3"):
        signal[name] = rows()[name]
    assert leads_alike(waveform(), of(signal)) == 3
    assert not are_alike(waveform(), of(signal))


def test_an_exchanged_sign_is_not_alike():
    row = waveform().counts[:, 0].astype(float)
    assert correlation(row, -row) < 0.9


def test_silence_and_short_pieces_are_like_nothing():
    silent = np.zeros(2500)
    assert correlation(silent, silent) == 0
    assert correlation(np.arange(100.0), np.arange(100.0)) == 0
