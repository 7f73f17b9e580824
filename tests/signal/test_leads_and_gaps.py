"""Which leads there are, in what order, and what is missing from them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.signal import Measured, measure
from apps.ecg.signal.document import document
from apps.ecg.signal.heart_vector import INDEPENDENT
from apps.ecg.signal.synthesis import SynthesisSpec, synthesize

ECG = synthesize(SynthesisSpec(seed=11, respiratory_arrhythmia=0.05))
SAMPLES = ECG.samples_uv()
WHOLE = measure(SAMPLES, STANDARD_LEADS, 500)
TIMES = ("rr_ms", "p_ms", "pr_ms", "qrs_ms", "qt_ms", "qtc", "r_peaks", "beats")


def columns(*names: str) -> np.ndarray:
    return SAMPLES[:, [STANDARD_LEADS.index(name) for name in names]]


def times(found: Measured) -> dict[str, object]:
    return {name: getattr(found, name) for name in TIMES}


@given(st.permutations(range(12)))
@settings(max_examples=10, deadline=None, derandomize=True)
def test_the_order_of_leads_changes_nothing(order: list[int]) -> None:
    names = tuple(STANDARD_LEADS[i] for i in order)
    found = measure(SAMPLES[:, order], names, 500)
    assert document(found) == document(WHOLE)


def test_eight_leads_say_what_twelve_say() -> None:
    found = measure(columns(*INDEPENDENT), INDEPENDENT, 500)
    assert times(found) == times(WHOLE)
    assert found.axes.qrs == pytest.approx(WHOLE.axes.qrs, abs=1)


def test_a_single_lead_gives_rate_and_rhythm_only() -> None:
    found = measure(columns("II"), ("II",), 500)
    assert found.heart_rate_bpm == pytest.approx(WHOLE.heart_rate_bpm, abs=0.5)
    assert found.rhythm.rate == "normal"
    assert found.qrs_ms is None
    assert found.reasons["qrs_ms"] == "too_few_leads"


def test_chest_leads_alone_have_intervals_and_no_axis() -> None:
    chest = STANDARD_LEADS[6:]
    found = measure(columns(*chest), chest, 500)
    assert found.qrs_ms == pytest.approx(WHOLE.qrs_ms, abs=8)
    assert found.axes.qrs is None
    assert found.reasons["qrs_axis"] == "limb_leads_missing"


@given(start=st.integers(0, 4000), length=st.integers(1, 900), lead=st.integers(0, 11))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_a_gap_in_one_lead_moves_no_number_far(start: int, length: int, lead: int) -> None:
    samples = SAMPLES.copy()
    samples[start : start + length, lead] = np.nan
    found = measure(samples, STANDARD_LEADS, 500)
    assert found.heart_rate_bpm == pytest.approx(WHOLE.heart_rate_bpm, abs=0.5)
    assert found.qrs_ms == pytest.approx(WHOLE.qrs_ms, abs=10)
    assert found.qt_ms == pytest.approx(WHOLE.qt_ms, abs=12)
    assert found.quality[STANDARD_LEADS[lead]].missing_fraction == pytest.approx(
        length / 5000, abs=1e-4
    )


def test_no_beat_is_seen_and_no_interval_counted_where_everything_is_missing() -> None:
    samples = SAMPLES.copy()
    samples[2000:3200] = np.nan
    found = measure(samples, STANDARD_LEADS, 500)
    assert not [peak for peak in found.r_peaks if 2000 <= peak < 3200]
    assert found.heart_rate_bpm == pytest.approx(WHOLE.heart_rate_bpm, abs=4)


def test_a_lead_missing_for_long_is_left_out() -> None:
    samples = SAMPLES.copy()
    samples[:2000, 7] = np.nan
    found = measure(samples, STANDARD_LEADS, 500)
    assert found.quality["V2"].status == "missing"
    assert found.qt_ms == pytest.approx(WHOLE.qt_ms, abs=12)


@given(scale=st.floats(0.5, 2.0), sign=st.sampled_from([1, -1]))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_scale_and_polarity_do_not_move_times(scale: float, sign: int) -> None:
    found = measure(SAMPLES * scale * sign, STANDARD_LEADS, 500)
    assert found.rr_ms == pytest.approx(WHOLE.rr_ms, abs=1)
    for name in ("p_ms", "pr_ms", "qrs_ms", "qt_ms"):
        assert getattr(found, name) == pytest.approx(getattr(WHOLE, name), abs=4)
    assert found.axes.qrs is not None
    assert WHOLE.axes.qrs is not None
    turned = (found.axes.qrs - WHOLE.axes.qrs) % 360
    assert turned == pytest.approx(0 if sign > 0 else 180, abs=1) or turned > 359


@given(offset=st.floats(-50_000, 50_000))
@settings(max_examples=10, deadline=None, derandomize=True)
def test_an_offset_changes_nothing(offset: float) -> None:
    found = measure(SAMPLES + offset, STANDARD_LEADS, 500)
    assert times(found) == times(WHOLE)
