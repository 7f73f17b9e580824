"""Age in completed years, the day the recording was made."""

from __future__ import annotations

import datetime as dt

import pytest

from apps.ecg.age import age_years
from apps.ecg.models import Patient

BORN = dt.date(2008, 2, 29)


@pytest.mark.parametrize(
    ("day", "years"),
    [
        (dt.date(2026, 2, 28), 17),
        (dt.date(2026, 3, 1), 18),
        (dt.date(2028, 2, 29), 20),
        (dt.date(2008, 2, 29), 0),
    ],
)
def test_a_birthday_counts_from_its_day(day, years):
    at = dt.datetime.combine(day, dt.time(12), dt.UTC)
    assert age_years(Patient(born_on=BORN), at) == years


def test_without_birth_date_or_time_there_is_no_age():
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert age_years(Patient(born_on=None), at) is None
    assert age_years(Patient(born_on=BORN), None) is None
