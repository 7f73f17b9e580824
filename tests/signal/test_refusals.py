"""No value rather than a wrong one, and a reason for each."""

import numpy as np
import pytest

from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.signal import measure
from apps.ecg.signal.heart_vector import INDEPENDENT
from apps.ecg.signal.measurement import VALUES
from apps.ecg.signal.synthesis import SynthesisSpec, synthesize
from tests.signal.records import measured

RNG = np.random.default_rng(5)
WAVES = ("p_ms", "pr_ms", "qrs_ms", "qt_ms", "qtc")


def test_pacing_suppresses_intervals_but_not_the_rate() -> None:
    found, truth = measured(rhythm="paced")
    assert found.heart_rate_bpm == pytest.approx(truth.heart_rate_bpm, abs=0.5)
    assert [getattr(found, name) for name in WAVES] == [None] * len(WAVES)
    assert {found.reasons[name] for name in (*WAVES, "qrs_axis")} == {"pacing_suspected"}
    assert found.axes.qrs is None
    assert found.rhythm.pacing_suspected
    assert all(beat.qrs_on is None for beat in found.beats)


@pytest.mark.parametrize("conduction", ["normal", "lbbb", "rbbb"])
def test_wide_or_narrow_qrs_alone_is_not_taken_for_pacing(conduction: str) -> None:
    found, _ = measured(conduction=conduction)
    assert not found.rhythm.pacing_suspected


def test_fibrillation_is_irregular_and_has_no_p() -> None:
    found, truth = measured(rhythm="atrial_fibrillation", heart_rate_bpm=90, seed=2)
    assert found.heart_rate_bpm == pytest.approx(truth.heart_rate_bpm, abs=0.5)
    assert found.rhythm.regular is False
    assert (found.p_ms, found.pr_ms, found.axes.p) == (None, None, None)
    assert found.reasons["pr_ms"] == "not_found"
    assert found.qrs_ms is not None


def test_absent_p_waves_are_not_invented() -> None:
    found, _ = measured(p_present=False)
    assert found.pr_ms is None
    assert all(beat.p_on is None and beat.p_off is None for beat in found.beats)


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.zeros((5000, 12)), "no_usable_lead"),
        (np.full((5000, 12), np.nan), "no_usable_lead"),
        (RNG.normal(0, 40, (5000, 12)), "too_noisy"),
        (RNG.normal(0, 800, (5000, 12)), "too_noisy"),
        (np.cumsum(RNG.normal(0, 3, (5000, 12)), axis=0), "too_noisy"),
        (np.repeat(RNG.normal(0, 500, (20, 12)), 250, axis=0), "beats_unlike"),
        (np.zeros((900, 12)), "too_short"),
        (np.zeros((0, 12)), "too_short"),
    ],
    ids=["flat", "all missing", "noise", "loud noise", "drift", "steps", "short", "empty"],
)
def test_what_is_no_ecg_gives_no_number(samples: np.ndarray, reason: str) -> None:
    found = measure(samples, STANDARD_LEADS, 500)
    assert found.reasons == dict.fromkeys(VALUES, reason)
    assert (found.heart_rate_bpm, found.rr_ms, found.r_peaks) == (None, None, ())
    stated = {s.code for s in found.statements if s.present}
    assert stated == {"insufficient_signal", "age_unknown"}


def test_strong_noise_over_an_ecg_gives_no_number() -> None:
    found, _ = measured(muscle_uv=400.0)
    assert found.heart_rate_bpm is None
    assert found.reasons["qt_ms"] == "too_noisy"


def test_two_beats_are_too_few() -> None:
    found, _ = measured(heart_rate_bpm=45, duration_s=2.5)
    assert found.heart_rate_bpm is None
    assert found.reasons["heart_rate_bpm"] == "too_few_beats"


def test_every_missing_number_has_its_reason() -> None:
    for spec in ({}, {"rhythm": "paced"}, {"p_present": False}, {"flat_leads": INDEPENDENT}):
        found, _ = measured(**spec)
        axes = {f"{wave}_axis": getattr(found.axes, wave) for wave in ("p", "qrs", "t")}
        values = {name: axes[name] if name in axes else getattr(found, name) for name in VALUES}
        assert {name for name, value in values.items() if value is None} == set(found.reasons)


@pytest.mark.parametrize(
    ("samples", "leads", "rate"),
    [
        (np.zeros((5000, 12)), STANDARD_LEADS[:8], 500),
        (np.zeros((5000, 2)), ("I", "I"), 500),
        (np.zeros(5000), ("I",), 500),
        (np.zeros((5000, 1)), ("I",), 0),
        (np.zeros((5000, 1)), ("I",), float("nan")),
    ],
)
def test_what_describes_no_signal_is_an_error(
    samples: np.ndarray, leads: tuple[str, ...], rate: float
) -> None:
    with pytest.raises(ValueError, match=r"samples must|rate must"):
        measure(samples, leads, rate)


def test_a_flat_lead_is_named_and_left_out() -> None:
    found, truth = measured(flat_leads=("V3",))
    assert found.quality["V3"].status == "flat"
    assert found.quality["V2"].status == "good"
    assert found.qt_ms == pytest.approx(truth.qt_ms, abs=20)


def test_the_input_is_not_changed() -> None:
    samples = synthesize(SynthesisSpec()).samples_uv()
    samples[100:200, 3] = np.nan
    before = samples.copy()
    measure(samples, STANDARD_LEADS, 500)
    np.testing.assert_array_equal(samples, before)
