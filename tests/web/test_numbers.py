"""The measurements table: values as printed, flags only by named limits, changes that add up."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from apps.web.numbers import MINUS, QTC, Person, flags, limits_in_words, table, whole

MAN, WOMAN = Person("M", 70), Person("F", 74)
BASE = {"heart_rate_bpm": 70, "pr_ms": 160, "qrs_ms": 90, "qt_ms": 400, QTC: 420}
ANALYSIS = SimpleNamespace(
    algorithm="measure@1.0", reasons={"pr_ms": "not_found", "qtc": "too_few_beats"}
)


def rows(source="platform", **values):
    return [
        SimpleNamespace(name=name, value=Decimal(str(value)), source=source)
        for name, value in values.items()
    ]


def marks(person, **changed):
    values = {name: Decimal(str(v)) for name, v in (BASE | changed).items()}
    return flags(values, person)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"pr_ms": 200}, {}),
        ({"pr_ms": 201}, {"pr_ms": "H"}),
        ({"qrs_ms": 119}, {}),
        ({"qrs_ms": 120}, {"qrs_ms": "H"}),
        ({QTC: 459}, {}),
        ({QTC: 460}, {QTC: "H"}),
        ({QTC: 391}, {}),
        ({QTC: 390}, {QTC: "L"}),
    ],
)
def test_a_flag_is_set_at_its_limit_and_not_before(changed, expected):
    assert marks(WOMAN, **changed) == expected


def test_the_limit_of_qtc_is_that_of_the_sex():
    assert marks(MAN, **{QTC: 450}) == {QTC: "H"}
    assert marks(WOMAN, **{QTC: 450}) == {}


@pytest.mark.parametrize("sex", ["", "O"])
def test_without_a_known_sex_qtc_has_no_flag_and_the_page_says_so(sex):
    person = Person(sex, 70)
    assert marks(person, **{QTC: 510, "pr_ms": 214}) == {"pr_ms": "H"}
    assert "No flag on QTc: the sex is not known." in limits_in_words(person)


@pytest.mark.parametrize(
    ("age", "words"), [(17, "the limits are those of adults"), (None, "the age is not known")]
)
def test_children_and_unknown_ages_have_no_flags_and_the_page_says_why(age, words):
    person = Person("F", age)
    assert marks(person, pr_ms=300) == {}
    assert words in limits_in_words(person)


def test_what_was_not_measured_says_so_and_why():
    found = table(rows(heart_rate_bpm=98.4), ANALYSIS, WOMAN, None)
    shown = found.rows[0]
    assert [cell.text for cell in shown.cells] == ["98", *["not measured"] * 4]
    assert shown.cells[1].reason == "no such wave found"
    assert shown.cells[4].reason == "too few beats"
    assert "Not measured: PR (no such wave found); QTc (too few beats)." in found.notes


def test_before_the_platform_has_measured_nothing_is_claimed():
    shown = table([], None, WOMAN, None)
    assert {cell.text for cell in shown.rows[0].cells} == {"pending"}
    assert len(shown.rows) == 1


def test_the_device_keeps_its_own_row_and_names_its_formula():
    measured = rows(**BASE) + rows("device", heart_rate_bpm=71, qtc_bazett_ms=455)
    now, device = table(measured, ANALYSIS, WOMAN, None).rows
    assert now.cells[-1].text == "420"
    assert [(c.text, c.note) for c in device.cells] == [
        ("71", ""), ("–", ""), ("–", ""), ("–", ""), ("455", "Bazett"),
    ]  # fmt: skip


def test_a_device_qtc_without_formula_says_that_none_is_stated():
    device = table(rows("device", qtc_ms=455), ANALYSIS, WOMAN, None).rows[1]
    assert device.cells[-1].note == "formula not stated"


def test_the_change_is_the_difference_of_the_numbers_as_printed():
    prior = ("05-Sep-2026", rows(**(BASE | {"pr_ms": 187.6, "qt_ms": 404.4})))
    shown = table(rows(**(BASE | {"pr_ms": 213.5, "qt_ms": 398.4})), ANALYSIS, WOMAN, prior)
    now, then, change = shown.rows
    assert (now.cells[1].text, then.cells[1].text, change.cells[1].text) == ("214", "188", "+26")
    assert change.cells[3].text == f"{MINUS}6"
    assert change.cells[0].text == "0"


def test_the_axis_turns_the_shorter_way_round():
    prior = ("then", rows(qrs_axis_deg=170))
    change = table(rows(qrs_axis_deg=-170), ANALYSIS, WOMAN, prior).rows[-1]
    assert change.axis.text == "QRS +20°"


def test_a_wide_qrs_makes_qt_unreliable_and_the_page_says_so():
    shown = table(rows(**(BASE | {"qrs_ms": 152})), ANALYSIS, WOMAN, None)
    assert shown.notes[0] == "QT is unreliable with a wide QRS."


@pytest.mark.parametrize(("value", "text"), [("0.5", "1"), ("-38.4", f"{MINUS}38"), ("2.5", "3")])
def test_numbers_are_rounded_half_up_with_a_true_minus(value, text):
    assert whole(Decimal(value)) == text
