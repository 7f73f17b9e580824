"""The age a file states is kept with its recording: often it is all there is of a birth date."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.ecg.age import age_at
from tests.database import committed
from tests.factories import inside
from tests.formats.ecgs import edited
from tests.ingestion.files import bring_in, ecg_file, person

pytestmark = committed


def stated(age: str) -> bytes:
    data = ecg_file(patient=person(born_on=None))
    return edited(data, lambda dataset: setattr(dataset, "PatientAge", age))


@pytest.mark.parametrize(
    ("age", "kept", "years"),
    [("006Y", "6.00", 6), ("008M", "0.67", 0), ("300Y", None, None), ("", None, None)],
)
def test_a_stated_age_is_kept_and_counts(mercy, age, kept, years):
    recording = bring_in(mercy, stated(age)).recording
    with inside(mercy):
        recording.refresh_from_db()
        assert recording.stated_age_years == (Decimal(kept) if kept else None)
        assert age_at(recording) == years


def test_a_birth_date_counts_before_a_stated_age(mercy):
    recording = bring_in(mercy, ecg_file()).recording
    with inside(mercy):
        recording.stated_age_years = Decimal(6)
        assert age_at(recording) == 64
