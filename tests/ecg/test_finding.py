"""What is looked for: a day, a number or a name; anything else is refused in words."""

from __future__ import annotations

import datetime as dt

import pytest

from apps.ecg.finding import Asked, NotAsked, asked

BORN = Asked("born", born_on=dt.date(1952, 3, 14))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1952-03-14", BORN),
        ("14-Mar-1952", BORN),
        ("14 mar 1952", BORN),
        ("14.03.1952", BORN),
        ("004 417 882", Asked("number", "004417882")),
        ("MRN-47", Asked("number", "mrn-47")),
        ("Lindqvist,  Maja", Asked("name", "lindqvist maja")),
        ("Müller", Asked("name", "müller")),
    ],
)
def test_a_text_is_a_day_a_number_or_a_name(text, wanted):
    assert asked(text) == wanted


@pytest.mark.parametrize("text", ["", "a", " , ", "03/14/1952", "31-Feb-1952", "1952-13-01"])
def test_what_could_be_two_things_or_is_too_little_is_refused(text):
    with pytest.raises(NotAsked):
        asked(text)
