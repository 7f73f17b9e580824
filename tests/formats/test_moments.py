"""Dates and times as files write them: taken where they say one thing, never guessed."""

from __future__ import annotations

import pytest

from apps.ecg.formats.identity import age_unit, read_sex
from apps.ecg.formats.moments import clock_time, plain_date, timestamp
from apps.ecg.formats.warnings import Warnings


@pytest.mark.parametrize(
    "text",
    [
        *("2026-03-04", "2026/03/04", "2026.3.4", "20260304"),
        *("2026-03-04T00:00:00", "2026-03-04 00:00:00.000", "04-MAR-2026", "4 Mar 2026"),
    ],
)
def test_a_date_that_says_one_thing_is_read(text):
    assert str(plain_date(text)) == "2026-03-04"


@pytest.mark.parametrize(
    "text",
    [
        *("", "03-04-2026", "03-04-26", "2026-03/04", "2026-13-04", "2026-3", "202634"),
        *("2026-03-04T09:00:00", "04-MRZ-2026", "31-FEB-2026", "٢٠٢٦-03-04"),
    ],
)
def test_any_other_text_is_no_date(text):
    assert plain_date(text) is None


@pytest.mark.parametrize(
    ("text", "time"),
    [
        *(("9:05", "09:05:00"), ("09:05:07.25", "09:05:07.250000"), ("12:05 AM", "00:05:00")),
        *(("12:05:07 pm", "12:05:07"), ("1:05:07PM", "13:05:07"), ("13:05 PM", "None")),
        *(("0:05 AM", "None"), ("24:00", "None"), ("09.05", "None"), ("9", "None")),
    ],
)
def test_a_clock_has_24_hours_or_says_which_half_of_the_day(text, time):
    assert str(clock_time(text)) == time


@pytest.mark.parametrize(
    ("text", "local", "offset"),
    [
        ("20260304090507", "2026-03-04T09:05:07", None),
        ("20260304090507Z", "2026-03-04T09:05:07", 0),
        ("20260304090507.5+05:30", "2026-03-04T09:05:07.500000", 330),
        ("2026-03-04T09:05:07-0600", "2026-03-04T09:05:07", -360),
        ("2026-03-04 09:05", "2026-03-04T09:05:00", None),
    ],
)
def test_a_time_stamp_is_read_with_the_offset_it_gives(text, local, offset):
    found = timestamp(text)
    assert found is not None
    assert (found[0].isoformat(), found[1]) == (local, offset)


@pytest.mark.parametrize("text", ["20260304", "2026-03-04T09:05:07+15:00", "2026-03-04T9:05"])
def test_any_other_time_stamp_is_none(text):
    assert timestamp(text) is None


@pytest.mark.parametrize(
    ("text", "sex", "warned"),
    [
        *(("M", "M", 0), ("male", "M", 0), ("Female", "F", 0), ("OTHER", "O", 0)),
        *(("", "", 0), ("Unknown", "", 0), ("U", "", 0), ("1", "", 1), ("MANN", "", 1)),
    ],
)
def test_sex_is_a_letter_or_a_word_and_anything_else_is_noted(text, sex, warned):
    warnings = Warnings()
    assert read_sex(text, warnings) == sex
    assert len(warnings.all()) == warned


def test_units_of_age_are_known_by_word_and_short_form_but_not_by_m():
    words = {
        "YEARS": "year",
        "yr": "year",
        "Mo": "month",
        "WEEK": "week",
        "d": "day",
        "HRS": "hour",
    }
    assert {text: age_unit(text) for text in words} == words
    assert age_unit("M") == age_unit("") == ""
