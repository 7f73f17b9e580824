"""Limits of IEC 60601-2-25:2011 for artificial ECGs, and what must not matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.signal import Measured, measure
from apps.ecg.signal.synthesis import SynthesisSpec, synthesize
from tests.signal.records import measured

# Greatest mean and standard deviation of the error in ms.
LIMITS_MS = {"p_ms": (10, 8), "pr_ms": (10, 8), "qrs_ms": (6, 5), "qt_ms": (12, 10)}
CASES: tuple[dict[str, object], ...] = (
    {},
    {"heart_rate_bpm": 60, "pr_ms": 200.0},
    {"heart_rate_bpm": 100, "pr_ms": 130.0},
    {"conduction": "rbbb"},
    {"qrs_axis_deg": -40.0},
    {"muscle_uv": 15.0},
    {"wander_uv": 300.0},
    {"mains_uv": 100.0},
    {"mains_uv": 100.0, "mains_hz": 60.0},
)
AMPLITUDES = ("p_uv", "r_uv", "s_uv", "t_uv", "st_j60_uv")
QUIET = SynthesisSpec(seed=4, muscle_uv=0.0, wander_uv=0.0, respiratory_arrhythmia=0.0)


@pytest.mark.parametrize("rate", [240, 250, 500, 1000])
def test_intervals_of_artificial_ecgs_are_within_the_limits(rate: int) -> None:
    pairs = [measured(sampling_rate_hz=rate, seed=3, **case) for case in CASES]
    for name, (mean, spread) in LIMITS_MS.items():
        errors = np.array([getattr(found, name) - getattr(true, name) for found, true in pairs])
        assert abs(errors.mean()) <= mean, name
        assert errors.std() <= spread, name


def truth_uv(lead: str) -> np.ndarray:
    """The noise-free beat around the middle R peak."""
    synthetic = synthesize(QUIET)
    peak = synthetic.truth.r_peaks[5]
    line = synthetic.samples_uv()[peak - 120 : peak + 220, STANDARD_LEADS.index(lead)]
    return np.asarray(line - line[60:80].mean())


@pytest.mark.parametrize("lead", ["I", "II", "V2", "V5"])
@pytest.mark.parametrize("rate", [250, 500, 1000])
def test_amplitudes_are_within_the_limits(lead: str, rate: int) -> None:
    spec = SynthesisSpec(
        seed=4, muscle_uv=0.0, wander_uv=0.0, respiratory_arrhythmia=0.0, sampling_rate_hz=rate
    )
    found = measure(synthesize(spec).samples_uv(), STANDARD_LEADS, rate).leads[lead]
    beat = truth_uv(lead)
    for ours, true in ((found.r_uv, beat.max()), (found.s_uv or found.q_uv, beat.min())):
        if abs(true) >= 60:
            assert ours is not None
            # Breathing makes beats differ by up to 5 % from each other.
            assert abs(ours - true) <= 25 + 0.1 * abs(true)


@given(scale=st.floats(0.6, 1.8))
@settings(max_examples=8, deadline=None, derandomize=True)
def test_amplitudes_follow_the_scale_of_the_signal(scale: float) -> None:
    samples = synthesize(QUIET).samples_uv()
    usual, scaled = (measure(x, STANDARD_LEADS, 500) for x in (samples, samples * scale))
    for lead in ("I", "II", "V2", "V5"):
        for name in AMPLITUDES:
            one, other = (getattr(found.leads[lead], name) for found in (usual, scaled))
            if one is not None and abs(one) > 100:
                assert other == pytest.approx(one * scale, abs=6)


@given(shift=st.integers(1, 400))
@settings(max_examples=10, deadline=None, derandomize=True)
def test_a_later_start_changes_no_interval_far(shift: int) -> None:
    samples = synthesize(SynthesisSpec(seed=4, duration_s=12.0)).samples_uv()
    usual = measure(samples[:5000], STANDARD_LEADS, 500)
    later = measure(samples[shift : shift + 5000], STANDARD_LEADS, 500)
    for name in ("p_ms", "pr_ms", "qrs_ms", "qt_ms"):
        assert getattr(later, name) == pytest.approx(getattr(usual, name), abs=6)


def statements(found: Measured) -> set[str]:
    return {one.code for one in found.statements if one.present}


@pytest.mark.parametrize("case", [{}, {"conduction": "lbbb"}, {"rhythm": "atrial_fibrillation"}])
def test_the_sampling_rate_decides_no_statement(case: dict[str, object]) -> None:
    said = [statements(measured(sampling_rate_hz=rate, **case)[0]) for rate in (250, 500, 1000)]
    assert said[0] == said[1] == said[2]


def test_each_lead_tells_its_disturbance() -> None:
    samples = synthesize(SynthesisSpec(seed=4, wander_uv=0.0)).samples_uv()
    seconds = np.arange(5000) / 500
    samples[:, 6] += 80 * np.sin(2 * np.pi * 50 * seconds)
    samples[:, 7] += 300 * np.sin(2 * np.pi * 0.2 * seconds)
    samples[:, 8] = np.clip(samples[:, 8], -200, 300)
    quality = measure(samples, STANDARD_LEADS, 500).quality
    assert quality["V1"].mains_uv == pytest.approx(80, rel=0.2)
    assert quality["V5"].mains_uv == 0
    assert (quality["V2"].wander_uv or 0) > 150 > 3 * (quality["V5"].wander_uv or 0)
    assert quality["V3"].clipped_fraction > 0.02 > quality["V5"].clipped_fraction
