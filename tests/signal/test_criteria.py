"""Each statement on ECGs made to have it and on ECGs made not to."""

from __future__ import annotations

import numpy as np
import pytest

from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.signal import Measured, measure
from apps.ecg.signal.limits import ADULT, Limits
from apps.ecg.signal.person import NOBODY, Person
from apps.ecg.signal.results import Statement
from apps.ecg.signal.synthesis import SynthesisSpec, synthesize

MAN, WOMAN, CHILD = Person("M", 60), Person("F", 60), Person("F", 12)
ADULT_CODES = {"rbbb", "lbbb", "lafb", "low_voltage", "qtc_long", "st_elevation", "axis_left"}
INFERIOR = (("II", 250.0),)
# A low T wave, for it begins before the ST segment is read.
LOWERED: dict[str, object] = {"st_uv": (("V4", -150.0), ("V5", -150.0)), "t_scale": 0.4}
PUT_IN = [
    ("first_degree_av_block", {"pr_ms": 240.0}, {"pr_ms": 170.0}),
    ("rbbb", {"conduction": "rbbb"}, {"conduction": "lbbb"}),
    ("lbbb", {"conduction": "lbbb"}, {"conduction": "rbbb"}),
    ("incomplete_rbbb", {"conduction": "rbbb", "qrs_ms": 106.0}, {"conduction": "rbbb"}),
    ("incomplete_lbbb", {"conduction": "lbbb", "qrs_ms": 106.0}, {"conduction": "lbbb"}),
    ("ivcd", {"qrs_ms": 140.0}, {"conduction": "lbbb"}),
    ("lafb", {"qrs_axis_deg": -62.0}, {"qrs_axis_deg": -20.0}),
    ("axis_left", {"qrs_axis_deg": -50.0}, {"qrs_axis_deg": -20.0}),
    ("axis_right", {"qrs_axis_deg": 120.0}, {"qrs_axis_deg": 80.0}),
    ("axis_extreme", {"qrs_axis_deg": -130.0}, {"qrs_axis_deg": 150.0}),
    ("lvh_sokolow_lyon", {"qrs_scale": 3.0}, {"qrs_scale": 1.0}),
    ("lvh_cornell", {"qrs_scale": 3.0, "qrs_axis_deg": 0.0}, {}),
    ("lvh_avl", {"qrs_scale": 3.0, "qrs_axis_deg": 0.0}, {}),
    ("low_voltage", {"qrs_scale": 0.3}, {}),
    ("qtc_long", {"qt_ms": 480.0, "heart_rate_bpm": 60}, {"qt_ms": 420.0, "heart_rate_bpm": 60}),
    ("qtc_critical", {"qt_ms": 530.0, "heart_rate_bpm": 60}, {}),
    ("qtc_short", {"qt_ms": 340.0, "heart_rate_bpm": 60}, {"qt_ms": 420.0, "heart_rate_bpm": 60}),
    ("qt_unreliable", {"conduction": "lbbb"}, {}),
    ("st_elevation", {"st_uv": INFERIOR}, {"st_uv": (("V4", 250.0),)}),
    ("st_depression", LOWERED, {"st_uv": (("V4", -150.0),), "t_scale": 0.4}),
]


def measured(person: Person = WOMAN, limits: Limits = ADULT, **spec: object) -> Measured:
    synthetic = synthesize(SynthesisSpec(**spec))  # type: ignore[arg-type]
    return measure(synthetic.samples_uv(), STANDARD_LEADS, 500, person=person, limits=limits)


def stated(found: Measured, code: str) -> Statement:
    (statement,) = (one for one in found.statements if one.code == code)
    return statement


@pytest.mark.parametrize(("code", "with_it", "without"), PUT_IN, ids=[row[0] for row in PUT_IN])
def test_a_statement_is_present_where_it_was_put_in_and_only_there(
    code: str, with_it: dict[str, object], without: dict[str, object]
) -> None:
    there = stated(measured(**with_it), code)
    assert there.present
    assert {"criterion"} < set(there.evidence)
    assert not stated(measured(**without), code).present


def test_a_usual_ecg_states_only_its_rhythm() -> None:
    found = {one.code for one in measured(t_scale=0.8).statements if one.present}
    assert found == {"regular_rr", "sinus_rhythm"}


def test_pacing_leaves_the_criteria_of_conduction_st_and_qt_unjudged() -> None:
    found = measured(rhythm="paced", qrs_scale=3.0)
    for code in (*ADULT_CODES, "lvh_sokolow_lyon"):
        assert stated(found, code).present is None
        assert stated(found, code).evidence == {"not_judged": "paced rhythm"}


def test_limits_of_adults_are_not_applied_to_a_child() -> None:
    found = measured(CHILD, qrs_scale=3.0, conduction="rbbb")
    assert stated(found, "not_adult").present
    assert {stated(found, code).present for code in ADULT_CODES} == {None}
    assert stated(found, "sinus_rhythm").present


def test_an_unknown_age_is_said_and_takes_limits_of_adults() -> None:
    found = measured(NOBODY, conduction="rbbb")
    assert stated(found, "age_unknown").present
    assert stated(found, "rbbb").present
    assert not stated(measured(MAN), "age_unknown").present


@pytest.mark.parametrize(
    ("person", "present"), [(MAN, True), (WOMAN, False), (NOBODY, None), (Person("O", 60), None)]
)
def test_a_qtc_between_the_limits_of_men_and_women_needs_the_sex(
    person: Person, present: bool | None
) -> None:
    found = stated(measured(person, qt_ms=455.0, heart_rate_bpm=60), "qtc_long")
    assert 450 <= found.evidence["qtc_fridericia_ms"] < 460  # type: ignore[operator]
    assert found.present is present


def test_st_limits_of_v2_and_v3_follow_sex_and_age() -> None:
    raised = {"st_uv": (("V2", 180.0), ("V3", 180.0)), "t_scale": 0.5}
    assert stated(measured(WOMAN, **raised), "st_elevation").present
    assert not stated(measured(MAN, **raised), "st_elevation").present
    assert stated(measured(NOBODY, **raised), "st_elevation").present is None


def test_st_elevation_names_its_leads_and_levels() -> None:
    evidence = stated(measured(st_uv=INFERIOR), "st_elevation").evidence
    assert evidence["leads"] == ["II", "III", "aVF"]
    assert evidence["st_j_II_uv"] == pytest.approx(250, abs=60)
    assert evidence["limit_uv"] == ADULT.st_uv


def test_st_depression_lasts_and_has_a_neighbour() -> None:
    evidence = stated(measured(**LOWERED), "st_depression").evidence
    assert {"V4", "V5"} <= set(evidence["leads"])  # type: ignore[arg-type]
    assert evidence["limit_uv"] == -ADULT.st_depression_uv
    assert evidence["st_j_V5_uv"] < -100  # type: ignore[operator]


@pytest.mark.parametrize("code", ["st_elevation", "st_depression"])
@pytest.mark.parametrize("slow", [{"conduction": "lbbb"}, {"conduction": "rbbb"}, {"qrs_ms": 150}])
def test_slow_conduction_leaves_st_unjudged(code: str, slow: dict[str, object]) -> None:
    found = stated(measured(**LOWERED, **slow), code)
    assert found.present is None
    assert "wide" in found.evidence["not_judged"]  # type: ignore[operator]


def test_a_somewhat_wide_qrs_without_a_block_leaves_st_judged() -> None:
    found = measured(qrs_ms=124, **LOWERED)
    assert (found.qrs_ms or 0) >= ADULT.wide_qrs_ms
    assert stated(found, "st_depression").present
    assert not stated(found, "ivcd").present


def test_a_site_may_set_the_limit_of_a_criterion() -> None:
    assert stated(
        measured(pr_ms=190.0, limits=Limits(pr_long_ms=180.0)), "first_degree_av_block"
    ).present
    assert not stated(measured(pr_ms=190.0), "first_degree_av_block").present


def exchanged(found: np.ndarray, *pairs: tuple[str, str]) -> np.ndarray:
    out = found.copy()
    for one, other in pairs:
        columns = [STANDARD_LEADS.index(name) for name in (one, other)]
        out[:, columns] = out[:, columns[::-1]]
    return out


def test_exchanged_arm_electrodes_are_suspected() -> None:
    samples = synthesize(SynthesisSpec()).samples_uv()
    assert not stated(measure(samples, STANDARD_LEADS, 500), "arm_reversal_suspected").present
    swapped = exchanged(samples, ("II", "III"), ("aVR", "aVL"))
    swapped[:, 0] *= -1
    assert stated(measure(swapped, STANDARD_LEADS, 500), "arm_reversal_suspected").present


def test_an_almost_flat_lead_two_suspects_the_right_leg() -> None:
    samples = synthesize(SynthesisSpec()).samples_uv()
    samples[:, 1] *= 0.1
    found = measure(samples, STANDARD_LEADS, 500)
    assert stated(found, "right_leg_reversal_suspected").present


@pytest.mark.parametrize("pair", [("V2", "V3"), ("V3", "V4")])
def test_exchanged_chest_electrodes_are_suspected_by_name(pair: tuple[str, str]) -> None:
    samples = synthesize(SynthesisSpec(seed=2)).samples_uv()
    usual = stated(measure(samples, STANDARD_LEADS, 500), "chest_reversal_suspected")
    assert not usual.present
    swapped = measure(exchanged(samples, pair), STANDARD_LEADS, 500)
    found = stated(swapped, "chest_reversal_suspected")
    assert found.present
    assert found.evidence["leads"] == list(pair)
