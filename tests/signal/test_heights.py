"""Leads stretched to one height: intervals and rhythm are measured, heights are not."""

from __future__ import annotations

import numpy as np
import pytest

from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.formats.heights import are_stretched
from apps.ecg.signal import measure
from apps.ecg.signal.synthesis import SynthesisSpec, synthesize


@pytest.fixture(scope="module")
def samples():
    return synthesize(SynthesisSpec()).samples_uv()


@pytest.fixture(scope="module")
def pair(samples):
    both = samples, samples / np.ptp(samples, axis=0) * 1000
    rate = synthesize(SynthesisSpec()).sampling_rate_hz
    return tuple(measure(one, STANDARD_LEADS, rate) for one in both)


def test_equally_tall_leads_are_known_and_those_of_a_heart_are_not(samples):
    assert not are_stretched(samples.T)
    assert are_stretched((samples / np.ptp(samples, axis=0)).T)
    assert not are_stretched(np.zeros_like(samples).T)


def test_intervals_and_beats_stay(pair):
    true, stretched = pair
    assert stretched.r_peaks == true.r_peaks
    assert stretched.heart_rate_bpm == pytest.approx(true.heart_rate_bpm)
    assert stretched.qt_ms == pytest.approx(true.qt_ms, abs=10)


def test_no_height_and_no_axis_is_given(pair):
    _, stretched = pair
    assert stretched.leads == {}
    assert (stretched.axes.p, stretched.axes.qrs, stretched.axes.t) == (None, None, None)
    assert stretched.reasons["qrs_axis"] == "leads_stretched"


def test_what_needs_heights_is_not_judged_and_says_why(pair):
    _, stretched = pair
    found = {one.code: one for one in stretched.statements}
    for code in ("low_voltage", "lafb", "st_elevation"):
        assert found[code].present is None
        assert "stretched" in found[code].evidence["not_judged"]
    assert found["insufficient_signal"].present is False
