"""A lead whose peaks are cut off tells when its waves are, and not how tall."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.formats.clipping import clipped_spans
from apps.ecg.signal import Measured, measure
from apps.ecg.signal.synthesis import SynthesisSpec, synthesize

QUIET = {"muscle_uv": 0.0, "wander_uv": 0.0, "respiratory_arrhythmia": 0.0}


def cut(*names: str, at_uv: float = 400, **spec: object) -> Measured:
    """An artificial ECG on a recorder whose range ends at so many µV in these leads."""
    samples = synthesize(SynthesisSpec(seed=4, **spec)).samples_uv()  # type: ignore[arg-type]
    for name in names:
        lead = STANDARD_LEADS.index(name)
        samples[:, lead] = np.clip(samples[:, lead], -at_uv, at_uv)
    return measure(samples, STANDARD_LEADS, 500)


def stated(found: Measured, code: str) -> bool | None:
    return next(one.present for one in found.statements if one.code == code)


def statuses(found: Measured) -> dict[str, str]:
    return {name: lead.status for name, lead in found.quality.items() if lead.status != "good"}


def test_its_heights_are_not_given_and_every_interval_stays() -> None:
    whole, found = cut(), cut("V5", "V6")
    assert statuses(whole) == {}
    assert statuses(found) == {"V5": "clipped", "V6": "clipped"}
    assert set(STANDARD_LEADS) - set(found.leads) == {"V5", "V6"}
    for name in ("heart_rate_bpm", "pr_ms", "qrs_ms", "qt_ms"):
        assert getattr(found, name) == pytest.approx(getattr(whole, name), abs=6)


def test_voltage_is_not_judged_by_what_is_left_of_it() -> None:
    chest = ("V1", "V2", "V3", "V4", "V5", "V6")
    assert stated(cut(), "low_voltage") is False
    assert stated(cut(), "lvh_sokolow_lyon") is False
    found = cut(*chest)
    assert stated(found, "low_voltage") is None
    assert stated(found, "lvh_sokolow_lyon") is None


def test_of_v5_and_v6_one_may_suffice_for_hypertrophy_but_not_against_it() -> None:
    assert stated(cut("V5"), "lvh_sokolow_lyon") is None
    assert stated(cut("V5", qrs_scale=3.0), "lvh_sokolow_lyon") is True


def test_what_i_and_ii_imply_is_cut_off_with_them() -> None:
    found = cut("I", at_uv=250)
    assert set(statuses(found)) == {"I", "III", "aVR", "aVL", "aVF"}
    assert found.axes.qrs is None
    assert found.reasons["qrs_axis"] == "limb_leads_clipped"
    assert stated(found, "sinus_rhythm") is None
    assert found.qrs_ms is not None


def test_where_all_are_cut_off_rate_and_intervals_are_still_found() -> None:
    whole, found = cut(), cut(*STANDARD_LEADS, at_uv=200)
    assert set(statuses(found).values()) == {"clipped"}
    assert found.leads == {}
    assert found.heart_rate_bpm == pytest.approx(whole.heart_rate_bpm, abs=1)


def signal(*, rate_hz: int = 500, step_uv: float = 5.0) -> NDArray[np.float64]:
    """Ten tall narrow waves of whole steps."""
    seconds = np.arange(10 * rate_hz) / rate_hz
    wave = 1500 * np.exp(-(((seconds % 1 - 0.5) / 0.012) ** 2))
    return np.asarray(np.round(wave / step_uv) * step_uv)


@pytest.mark.parametrize("rate_hz", [250, 500, 1000])
@pytest.mark.parametrize("sign", [1, -1])
def test_each_peak_is_found_from_its_first_to_past_its_last_sample(rate_hz: int, sign: int) -> None:
    lead = sign * np.minimum(signal(rate_hz=rate_hz), 700)
    spans = clipped_spans(lead, rate_hz)
    assert len(spans) == 10
    for start, stop in spans:
        assert set(lead[start:stop]) == {sign * 700}
        assert lead[start - 1] != sign * 700 != lead[stop]


def test_a_level_between_waves_and_a_round_top_are_no_end_of_a_range() -> None:
    assert len(clipped_spans(signal(), 500)) == 0
    assert len(clipped_spans(signal(step_uv=40), 500)) == 0
    slow = np.round(300 * np.sin(2 * np.pi * np.arange(5000) / 500) / 5) * 5
    assert len(clipped_spans(slow, 500)) == 0
    assert len(clipped_spans(np.minimum(slow, 280), 500)) == 0


def test_one_peak_alone_may_be_flat_by_chance() -> None:
    lead = signal()
    lead[1200:1300] = np.minimum(lead[1200:1300], 700)
    assert len(clipped_spans(lead, 500)) == 0


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_a_lead_that_never_moves_or_is_missing_is_not_clipped(value: float) -> None:
    assert clipped_spans(np.full(50, value), 500).shape == (0, 2)


def test_a_range_that_ends_beside_a_gap_is_found_at_the_other_peaks() -> None:
    lead = np.minimum(signal(), 700)
    lead[240:250] = np.nan
    assert len(clipped_spans(lead, 500)) == 9


def test_nothing_is_no_lead() -> None:
    assert clipped_spans(np.empty(0), 500).shape == (0, 2)
