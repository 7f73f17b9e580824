"""The age at a moment, and whom the limits of a measurement are for."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from apps.ecg.models import Patient, Recording

if TYPE_CHECKING:
    from apps.ecg.signal.person import Person


def age_years(patient: Patient, at: dt.datetime | None) -> int | None:
    """Completed years at that moment; None where birth date or time is not known."""
    if patient.born_on is None or at is None:
        return None
    day = at.date()
    had_birthday = (day.month, day.day) >= (patient.born_on.month, patient.born_on.day)
    return day.year - patient.born_on.year - (not had_birthday)


def age_at(recording: Recording) -> int | None:
    """Completed years at the recording: by the birth date held, else as the file says it."""
    by_birth_date = age_years(recording.patient, recording.acquired_at)
    if by_birth_date is not None or recording.stated_age_years is None:
        return by_birth_date
    return int(recording.stated_age_years)


def person_of(recording: Recording) -> Person:
    """Sex and age at the recording."""
    from apps.ecg.signal.person import Person

    return Person(sex=recording.patient.sex, age_years=age_at(recording))
