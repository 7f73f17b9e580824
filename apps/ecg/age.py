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


def person_of(recording: Recording) -> Person:
    """Sex and age at the recording, as the patient's row has them."""
    from apps.ecg.signal.person import Person

    patient = recording.patient
    return Person(sex=patient.sex, age_years=age_years(patient, recording.acquired_at))
