"""The built-in limits, at each limit and beside it."""

from __future__ import annotations

import pytest

from apps.inference.rules import RULES, RuleInput, not_eligible, read

NORMAL = {
    "heart_rate_bpm": 70.0,
    "pr_ms": 160.0,
    "qrs_ms": 90.0,
    "qtc_fridericia_ms": 420.0,
    "qrs_axis_deg": 40.0,
}


def given(sex="F", age=60, pacing=False, standard=True, **values):
    return RuleInput(
        values=NORMAL | values,
        sex=sex,
        age_years=age,
        pacing_suspected=pacing,
        standard_leads=standard,
    )


def codes(**values):
    return [statement.code for statement in read(given(**values))]


QUIET = ["no-limit-exceeded"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("pr_ms", 200, QUIET),
        ("pr_ms", 200.1, ["pr-long"]),
        ("pr_ms", 320, ["pr-long"]),
        ("qrs_ms", 109.9, QUIET),
        ("qrs_ms", 110, ["qrs-borderline"]),
        ("qrs_ms", 119.9, ["qrs-borderline"]),
        ("qrs_ms", 120, ["qrs-wide"]),
        ("qrs_ms", 180, ["qrs-wide"]),
        ("qrs_axis_deg", -30, QUIET),
        ("qrs_axis_deg", -30.1, ["axis-left"]),
        ("qrs_axis_deg", -90, ["axis-left"]),
        ("qrs_axis_deg", -90.1, ["axis-extreme"]),
        ("qrs_axis_deg", -179.9, ["axis-extreme"]),
        ("qrs_axis_deg", 90, QUIET),
        ("qrs_axis_deg", 90.1, ["axis-right"]),
        ("qrs_axis_deg", 180, ["axis-right"]),
        ("qtc_fridericia_ms", 390, ["qtc-short"]),
        ("qtc_fridericia_ms", 390.1, QUIET),
        ("qtc_fridericia_ms", 499.9, ["qtc-long"]),
        ("qtc_fridericia_ms", 500, ["qtc-high-risk"]),
    ],
)
def test_a_limit_fires_exactly_where_it_stands(name, value, expected):
    assert codes(**{name: float(value)}) == expected


@pytest.mark.parametrize(
    ("sex", "qtc", "expected"),
    [
        ("M", 449.9, QUIET),
        ("M", 450, ["qtc-long"]),
        ("F", 459.9, QUIET),
        ("F", 460, ["qtc-long"]),
        ("", 480, QUIET),
        ("O", 480, QUIET),
        ("", 500, ["qtc-high-risk"]),
    ],
)
def test_the_qtc_limit_is_the_sexs_and_none_where_it_is_not_known(sex, qtc, expected):
    assert codes(sex=sex, qtc_fridericia_ms=float(qtc)) == expected


def test_a_wide_qrs_makes_the_qtc_unreliable_and_says_so():
    wide, long = {"qrs_ms": 150.0}, {"qtc_fridericia_ms": 520.0}
    [qtc, qrs] = read(given(**wide, **long))
    assert "unreliable" in qtc.text
    assert (qtc.code, qrs.code) == ("qtc-high-risk", "qrs-wide")
    assert "unreliable" not in read(given(**long))[0].text


@pytest.mark.parametrize("missing", ["pr_ms", "qrs_ms", "qtc_fridericia_ms", "qrs_axis_deg"])
def test_a_number_that_was_not_measured_says_nothing(missing):
    values = {name: value for name, value in NORMAL.items() if name != missing}
    found = read(RuleInput(values, "F", 60, False, True))
    assert [statement.code for statement in found] == QUIET


def test_every_statement_shows_its_number_and_its_limit():
    abnormal = {"pr_ms": 240.0, "qrs_ms": 130.0, "qtc_fridericia_ms": 510.0, "qrs_axis_deg": 120.0}
    for statement in read(given(**abnormal)):
        assert set(statement.evidence.values()) & set(abnormal.values())
        assert statement.evidence.get("limit_ms") or statement.code.startswith("axis")


def test_all_that_fires_is_said_most_urgent_first():
    found = codes(pr_ms=240.0, qrs_ms=130.0, qtc_fridericia_ms=510.0, qrs_axis_deg=-60.0)
    assert found == ["qtc-high-risk", "qrs-wide", "pr-long", "axis-left"]
    assert len(RULES) == 5


def test_no_statement_calls_an_ecg_normal():
    for values in ({}, {"pr_ms": 240.0}, {"qrs_ms": 130.0}):
        assert not any("normal" in one.text.lower() for one in read(given(**values)))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pacing": True}, "pacing"),
        ({"age": None}, "age not known"),
        ({"age": 17}, "under 18"),
        ({"age": 0}, "under 18"),
        ({"standard": False}, "12-lead"),
    ],
)
def test_what_lies_outside_the_intended_use_is_said_in_words(changes, reason):
    assert reason in not_eligible(given(**changes))


def test_an_adult_with_twelve_leads_is_eligible():
    assert not_eligible(given(age=18)) == ""


def test_without_a_heart_rate_nothing_is_read():
    assert "heart rate" in not_eligible(RuleInput({"pr_ms": 160.0}, "F", 60, False, True))
