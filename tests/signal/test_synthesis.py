"""Synthetic ECGs: exact identities, known truth, the same every time, and marked."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.ecg.formats.canonical import STANDARD_LEADS, PatientIdentity
from apps.ecg.signal.synthesis import SynthesisSpec, Synthetic, synthesize, to_ecg

RHYTHMS = ("sinus", "atrial_fibrillation", "paced")


def leads(synthetic: Synthetic) -> dict[str, np.ndarray]:
    return dict(zip(STANDARD_LEADS, synthetic.counts.astype(np.int64).T, strict=True))


@given(
    seed=st.integers(0, 2**32 - 1),
    rhythm=st.sampled_from(RHYTHMS),
    rate=st.sampled_from([500, 1000]),
    muscle=st.floats(0, 80),
)
@settings(max_examples=20, deadline=None, derandomize=True)
def test_limb_leads_obey_einthoven_exactly(
    seed: int, rhythm: str, rate: int, muscle: float
) -> None:
    spec = SynthesisSpec(seed=seed, rhythm=rhythm, sampling_rate_hz=rate, muscle_uv=muscle)  # type: ignore[arg-type]
    lead = leads(synthesize(spec))
    assert np.array_equal(lead["III"], lead["II"] - lead["I"])
    assert np.array_equal(2 * lead["aVR"], -lead["I"] - lead["II"])
    assert np.array_equal(2 * lead["aVL"], lead["I"] - lead["III"])
    assert np.array_equal(2 * lead["aVF"], lead["II"] + lead["III"])


@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_the_same_seed_gives_the_same_ecg(rhythm: str) -> None:
    spec = SynthesisSpec(seed=42, rhythm=rhythm)  # type: ignore[arg-type]
    other = SynthesisSpec(seed=43, rhythm=rhythm)  # type: ignore[arg-type]
    assert np.array_equal(synthesize(spec).counts, synthesize(spec).counts)
    assert not np.array_equal(synthesize(spec).counts, synthesize(other).counts)


@pytest.mark.parametrize("rate", [250, 500, 1000])
def test_counts_have_the_length_and_type_asked_for(rate: int) -> None:
    synthetic = synthesize(SynthesisSpec(sampling_rate_hz=rate, duration_s=12))
    assert synthetic.counts.dtype == np.int32
    assert synthetic.counts.shape == (12 * rate, 12)
    assert np.abs(synthetic.counts).max() < 32_767


@pytest.mark.parametrize("heart_rate", [45, 72, 110, 140])
def test_the_truth_has_the_rate_asked_for(heart_rate: float) -> None:
    truth = synthesize(SynthesisSpec(heart_rate_bpm=heart_rate)).truth
    assert truth.heart_rate_bpm == pytest.approx(heart_rate, rel=0.03)
    assert len(truth.r_peaks) == pytest.approx(heart_rate / 6, abs=1.5)


def test_rr_spread_belongs_to_the_rhythm() -> None:
    spread = {}
    for rhythm in RHYTHMS:
        peaks = synthesize(SynthesisSpec(rhythm=rhythm, seed=1)).truth.r_peaks  # type: ignore[arg-type]
        rr = np.diff(peaks)
        spread[rhythm] = rr.std() / rr.mean()
    assert spread["paced"] < 0.005 < spread["sinus"] < 0.06 < 0.12 < spread["atrial_fibrillation"]


def test_paced_beats_begin_with_a_spike() -> None:
    paced = synthesize(SynthesisSpec(rhythm="paced", muscle_uv=0, wander_uv=0))
    steps = np.abs(np.diff(paced.samples_uv()[:, 1]))
    assert (steps > 250).sum() >= len(paced.truth.r_peaks)
    assert paced.truth.pr_ms is None


def test_without_p_the_signal_before_qrs_is_still() -> None:
    quiet = {"muscle_uv": 0.0, "wander_uv": 0.0, "seed": 2}
    with_p = synthesize(SynthesisSpec(**quiet))  # type: ignore[arg-type]
    without = synthesize(SynthesisSpec(p_present=False, **quiet))  # type: ignore[arg-type]
    peak = with_p.truth.r_peaks[3]
    window = slice(peak - 95, peak - 45)
    assert np.ptp(with_p.samples_uv()[window, 1]) > 60
    assert np.ptp(without.samples_uv()[window, 1]) < 5


def test_st_shift_lifts_the_lead_it_names() -> None:
    quiet = {"muscle_uv": 0.0, "wander_uv": 0.0}
    flat = synthesize(SynthesisSpec(**quiet))  # type: ignore[arg-type]
    raised = synthesize(SynthesisSpec(st_uv=(("V2", 300.0),), **quiet))  # type: ignore[arg-type]
    lift = raised.samples_uv() - flat.samples_uv()
    j_plus_60 = flat.truth.r_peaks[2] + 50
    assert lift[j_plus_60, STANDARD_LEADS.index("V2")] == pytest.approx(300, abs=5)
    assert np.abs(lift[:, STANDARD_LEADS.index("V6")]).max() == 0


def test_leads_that_are_off_are_flat() -> None:
    counts = leads(synthesize(SynthesisSpec(flat_leads=("V1", "V4"))))
    assert not counts["V1"].any()
    assert not counts["V4"].any()
    assert counts["V2"].any()


def test_an_impossible_qt_is_refused() -> None:
    with pytest.raises(ValueError, match="QT must be"):
        synthesize(SynthesisSpec(heart_rate_bpm=150, qt_ms=450))


def test_the_canonical_form_is_marked_synthetic() -> None:
    synthetic = synthesize(SynthesisSpec())
    person = PatientIdentity(family_name="Example", identifier="1")
    when = dt.datetime(2026, 1, 2, 3, 4)  # noqa: DTZ001 - a device's local time has no zone
    ecg = to_ecg(synthetic, patient=person, acquired_local=when)
    assert (ecg.format, ecg.model, ecg.patient) == ("synthetic", "synthetic", person)
    assert "Synthetic" in ecg.statements[0].text
    assert ecg.rhythm.lead_names() == STANDARD_LEADS
    assert [lead.name for lead in ecg.rhythm.leads if lead.derived] == ["III", "aVR", "aVL", "aVF"]
    np.testing.assert_array_equal(ecg.rhythm.samples_uv(), synthetic.samples_uv())
    assert ecg.rhythm.nanovolts()[10, 0] == int(synthetic.counts[10, 0]) * 1250
