"""Templates: places for measured numbers with their unit, statements by acronym, blanks."""

from decimal import Decimal

import pytest

from apps.reports.templates import BLANK, PLACES, BadTemplate, check, fill

WORDS = {"NSR": "Normal sinus rhythm", "LBBB": "Left bundle branch block"}
MEASURED = {
    "heart_rate_bpm": (Decimal("71.5"), "/min"),
    "qtc_fridericia_ms": (Decimal("421.4"), "ms"),
    "qrs_axis_deg": (Decimal("-30.0"), "deg"),
    "pr_ms": (Decimal("0.16"), "s"),
}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("[NSR]. Rate {hr} /min.", "Normal sinus rhythm. Rate 72 /min."),
        ("[nsr], [ LBBB ]", "Normal sinus rhythm, Left bundle branch block"),
        ("QTc {qtc} ms, axis {qrs_axis}°", "QTc 421 ms, axis \N{MINUS SIGN}30°"),
        # Not measured, and of another unit than the text says: a blank, never zero.
        ("QRS {qrs} ms", f"QRS {BLANK} ms"),
        ("PR {pr} ms", f"PR {BLANK} ms"),
        ("[GONE].", f"{BLANK}."),
    ],
)
def test_what_is_filled_in(body, text):
    assert fill(body, WORDS, MEASURED) == text


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{hearts} /min", "{hearts} is no measurement. There are {hr}"),
        ("Rate {hr}", "Write the unit after {hr}: {hr} /min."),
        ("Rate {hr} ms", "Write the unit after {hr}: {hr} /min."),
        ("QTc {qtc} mseconds", "Write the unit after {qtc}: {qtc} ms."),
        ("Axis {qrs_axis} °", "Write the unit after {qrs_axis}: {qrs_axis}°."),
        ("[LBBBB]", "No statement has the acronym [LBBBB]."),
        ("Rate {hr /min", "A bracket is open or too many"),
        ("{}", "{} is no measurement"),
        (" ", "Write a text"),
    ],
)
def test_what_would_say_something_wrong_is_refused_when_it_is_saved(body, says):
    with pytest.raises(BadTemplate) as refused:
        check(body, WORDS)
    assert says in str(refused.value)


@pytest.mark.parametrize(("name", "place"), PLACES.items())
def test_every_place_with_its_unit_may_stand_in_a_template(name, place):
    check(f"{place.words} {{{name}}}{place.written}.", WORDS)
