"""Pacing spikes before some beats of a rhythm of its own: said, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest

from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.signal import Measured, measure
from apps.ecg.signal.intervals import LIMB
from apps.ecg.signal.person import Person
from apps.ecg.signal.results import Statement
from apps.ecg.signal.synthesis import SynthesisSpec, synthesize
from tests.signal.records import measured

SPIKE_UV = {"I": 40.0, "II": 640.0, "V1": -210.0, "V2": -130.0, "V3": 55.0, "V4": 280.0}


def spike(name: str) -> float:
    first, second = LIMB.get(name, (0.0, 0.0))
    limb = first * SPIKE_UV["I"] + second * SPIKE_UV["II"]
    return limb if name in LIMB else SPIKE_UV.get(name, 350.0)


def spiked(*beats: int, rate: int = 500, person: Person | None = None) -> Measured:
    """A sinus rhythm with one sharp spike 60 ms before the R of each of these beats."""
    synthetic = synthesize(SynthesisSpec(seed=3, sampling_rate_hz=rate))
    samples = synthetic.samples_uv()
    for beat in beats:
        at = synthetic.truth.r_peaks[beat] - round(0.06 * rate)
        samples[at : at + rate // 500] += [spike(name) for name in STANDARD_LEADS]
    return measure(samples, STANDARD_LEADS, rate, person=person or Person("F", 60))


def stated(found: Measured, code: str) -> Statement:
    return next(one for one in found.statements if one.code == code)


@pytest.mark.parametrize("rate", [500, 1000])
@pytest.mark.parametrize("beats", [(3,), (2, 5, 8)])
def test_single_spikes_are_said_and_the_rhythm_keeps_its_name(
    beats: tuple[int, ...], rate: int
) -> None:
    found = spiked(*beats, rate=rate)
    assert stated(found, "intermittent_pacing").present
    assert stated(found, "intermittent_pacing").evidence["beats"] == len(beats)
    assert not stated(found, "paced_rhythm").present
    assert stated(found, "sinus_rhythm").present


@pytest.mark.parametrize(
    ("spec", "present"),
    [
        ({}, False),
        ({"muscle_uv": 40.0}, False),
        ({"mains_uv": 100.0}, False),
        ({"ectopics": ((4, "ventricular"),), "seed": 5}, False),
        ({"rhythm": "paced"}, False),
    ],
)
def test_nothing_else_is_taken_for_a_spike(spec: dict[str, object], present: bool) -> None:
    assert stated(measured(**spec)[0], "intermittent_pacing").present is present


def test_spikes_of_a_child_are_said_and_of_a_flat_record_not_judged() -> None:
    assert stated(spiked(3, person=Person("F", 12)), "intermittent_pacing").present
    flat = measure(np.zeros((5000, 12)), STANDARD_LEADS, 500)
    assert stated(flat, "intermittent_pacing").present is None


def test_a_spike_changes_no_interval() -> None:
    usual, changed = spiked(), spiked(3)
    for name in ("heart_rate_bpm", "pr_ms", "qrs_ms", "qt_ms"):
        assert getattr(changed, name) == pytest.approx(getattr(usual, name), abs=4)
