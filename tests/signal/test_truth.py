"""Measurements of synthetic ECGs against what was put in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signal.records import measured

WIDE_MS = 8
HR_BPM, P_MS, PR_MS, QRS_MS, QT_MS = 0.5, 20, 15, 16, 20


@pytest.mark.parametrize("rate", [250, 500, 1000])
@pytest.mark.parametrize("heart_rate", [45, 60, 80, 100, 120])
def test_intervals_are_within_tolerance_at_every_rate(rate: int, heart_rate: int) -> None:
    found, truth = measured(
        sampling_rate_hz=rate, heart_rate_bpm=heart_rate, pr_ms=140.0, seed=heart_rate
    )
    assert found.heart_rate_bpm == pytest.approx(truth.heart_rate_bpm, abs=HR_BPM)
    assert found.p_ms == pytest.approx(truth.p_ms, abs=P_MS)
    assert found.pr_ms == pytest.approx(truth.pr_ms, abs=PR_MS)
    assert found.qrs_ms == pytest.approx(truth.qrs_ms, abs=QRS_MS)
    assert found.qt_ms == pytest.approx(truth.qt_ms, abs=QT_MS)
    assert found.reasons == {}


@pytest.mark.parametrize("rate", [200, 240, 256, 257, 977, 2000])
def test_unusual_sampling_rates_are_measured_alike(rate: int) -> None:
    found, truth = measured(sampling_rate_hz=rate)
    assert found.heart_rate_bpm == pytest.approx(truth.heart_rate_bpm, abs=HR_BPM)
    assert found.pr_ms == pytest.approx(truth.pr_ms, abs=PR_MS)
    assert found.qrs_ms == pytest.approx(truth.qrs_ms, abs=QRS_MS)
    assert found.qt_ms == pytest.approx(truth.qt_ms, abs=QT_MS)


@pytest.mark.parametrize("heart_rate", [135, 140])
def test_a_p_wave_that_begins_in_the_t_wave_is_seen_and_not_measured(heart_rate: int) -> None:
    found, truth = measured(heart_rate_bpm=heart_rate)
    assert found.heart_rate_bpm == pytest.approx(truth.heart_rate_bpm, abs=HR_BPM)
    assert found.qt_ms == pytest.approx(truth.qt_ms, abs=QT_MS)
    assert found.pr_ms is None
    assert found.reasons["pr_ms"] == "hidden_in_t"
    assert found.axes.p is not None


@pytest.mark.parametrize("pr_ms", [120.0, 200.0, 260.0, 300.0])
def test_long_and_short_pr_are_told_apart(pr_ms: float) -> None:
    found, _ = measured(pr_ms=pr_ms, p_ms=96.0, heart_rate_bpm=60)
    assert found.pr_ms == pytest.approx(pr_ms, abs=PR_MS)


@pytest.mark.parametrize("conduction", ["lbbb", "rbbb"])
def test_wide_qrs_is_measured_wide(conduction: str) -> None:
    found, truth = measured(conduction=conduction)
    assert found.qrs_ms == pytest.approx(truth.qrs_ms, abs=QRS_MS)
    assert found.qrs_ms is not None
    assert found.qrs_ms >= 120


@pytest.mark.parametrize("made", [{"heart_rate_bpm": 96}, {"muscle_uv": 8.0}, {"seed": 13}])
def test_a_wide_qrs_is_no_wider_for_its_rate_or_a_little_noise(made: dict[str, float]) -> None:
    found, truth = measured(conduction="lbbb", **made)
    assert found.qrs_ms == pytest.approx(truth.qrs_ms, abs=WIDE_MS)


@pytest.mark.parametrize(
    "noise",
    [
        {"muscle_uv": 25.0},
        {"mains_uv": 200.0},
        {"mains_uv": 200.0, "mains_hz": 60.0},
        {"wander_uv": 400.0},
    ],
    ids=["muscle", "mains 50", "mains 60", "wander"],
)
def test_ordinary_noise_moves_nothing_far(noise: dict[str, float]) -> None:
    found, truth = measured(seed=4, **noise)
    assert found.heart_rate_bpm == pytest.approx(truth.heart_rate_bpm, abs=HR_BPM)
    assert found.pr_ms == pytest.approx(truth.pr_ms, abs=PR_MS)
    assert found.qrs_ms == pytest.approx(truth.qrs_ms, abs=QRS_MS)
    assert found.qt_ms == pytest.approx(truth.qt_ms, abs=QT_MS)


@given(seed=st.integers(0, 10_000), heart_rate=st.integers(45, 140), qrs=st.integers(70, 120))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_every_beat_is_found_once(seed: int, heart_rate: int, qrs: int) -> None:
    found, truth = measured(seed=seed, heart_rate_bpm=heart_rate, qrs_ms=float(qrs))
    inside = [peak for peak in truth.r_peaks if 100 <= peak < 4900]
    near = [min(abs(peak - r) for r in found.r_peaks) for peak in inside]
    assert max(near) * 2 <= 30
    assert len(inside) <= len(found.r_peaks) <= len(truth.r_peaks)


@given(seed=st.integers(0, 10_000), qt=st.integers(340, 480))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_qt_follows_the_truth(seed: int, qt: int) -> None:
    found, _ = measured(seed=seed, qt_ms=float(qt), heart_rate_bpm=65)
    assert found.qt_ms == pytest.approx(qt, abs=QT_MS)
    assert found.qtc is not None
    assert found.rr_ms == found.qtc.rr_ms
