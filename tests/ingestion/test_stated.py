"""What a sender says of a file, beside what the file says of itself."""

from __future__ import annotations

import datetime as dt

import pytest

from apps.ecg.formats.canonical import PatientIdentity
from apps.ingestion.models import IdentityCase
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import arrivals_of, bring_in, ecg_file, person
from tests.orders.ecgs import MADE, order, standing
from tests.web.pages import events

pytestmark = committed

AGREEING = {"identifier": "MRN-4711", "assigning_authority": "TRUST", "family_name": "ASHDOWN"}
NOBODY = PatientIdentity()
# No order of then is meant by an ECG that names none.
FAR_AWAY = MADE - dt.timedelta(days=20)


def sent(organization, file, **stated):
    return bring_in(organization, file, source="ehr", stated=stated)


def test_a_sender_who_agrees_changes_nothing(mercy):
    row = sent(mercy, ecg_file(), **AGREEING)
    assert row.outcome == "new"
    assert row.recording.patient.family_name == "Ashdown"


@pytest.mark.parametrize(
    "stated", [{"identifier": "MRN-1"}, {"family_name": "Smith"}, {"born_on": "1961-04-10"}]
)
def test_a_sender_who_names_another_patient_is_refused(stated, mercy):
    row = sent(mercy, ecg_file(), **stated)
    assert (row.state, row.error_code) == ("quarantined", "sender-names-other-patient")
    assert row.refusal_field == "patient"
    assert "Smith" not in row.refusal_message
    assert arrivals_of(mercy) == []


def test_bytes_that_are_here_already_are_no_way_around_it(mercy):
    sent(mercy, ecg_file())
    row = sent(mercy, ecg_file(), family_name="Smith")
    assert (row.state, row.error_code) == ("quarantined", "sender-names-other-patient")
    assert len(arrivals_of(mercy)) == 1


def test_a_file_of_nobody_is_of_whom_its_sender_says(mercy):
    row = sent(mercy, ecg_file(patient=NOBODY), **AGREEING)
    patient = row.recording.patient
    with inside(mercy):
        numbers = list(patient.identifiers.values_list("value", "assigning_authority"))
    assert (patient.family_name, numbers) == ("ASHDOWN", [("MRN-4711", "TRUST")])


def kinds_of(organization):
    with inside(organization):
        return list(IdentityCase.objects.order_by("id").values_list("kind", flat=True))


def test_bytes_that_came_of_nobody_ask_whose_they_are_once_a_sender_says_it(mercy):
    file = ecg_file(patient=NOBODY)
    bring_in(mercy, file)
    named = sent(mercy, file, **AGREEING)
    assert (named.state, named.outcome) == ("duplicate", "patient_correction")
    again = sent(mercy, file, **AGREEING)
    assert len(kinds_of(mercy)) == 1
    other = sent(mercy, file, identifier="MRN-1", family_name="Smith")
    assert "Smith" not in str(other.recording.patient.family_name)
    assert other.outcome in ("identity_conflict", "patient_correction")
    assert again.recording == named.recording == other.recording


def test_a_file_of_somebody_is_not_completed_by_its_sender(mercy):
    row = sent(mercy, ecg_file(patient=person(family_name="")), family_name="Smith")
    assert row.recording.patient.family_name == ""


def test_the_order_is_the_one_both_name_or_either(mercy):
    same = sent(mercy, ecg_file(1, accession_number="A-1"), accession_number="A-1")
    only = sent(mercy, ecg_file(2, accession_number=""), accession_number="A-2")
    other = sent(mercy, ecg_file(3, accession_number="A-3"), accession_number="A-4")
    assert (same.recording.accession_number, only.recording.accession_number) == ("A-1", "A-2")
    assert (other.error_code, other.refusal_field) == (
        "sender-names-other-order",
        "accession_number",
    )


def test_an_order_named_with_a_later_copy_is_taken_where_there_is_none(mercy):
    file = ecg_file(accession_number="")
    first = bring_in(mercy, file)
    sent(mercy, file, accession_number="A-2")
    with inside(mercy):
        first.recording.refresh_from_db()
    assert first.recording.accession_number == "A-2"
    assert len(events(mercy, "ecg.recording.numbered")) == 1
    other = sent(mercy, file, accession_number="A-3")
    assert other.error_code == "sender-names-other-order"


def test_an_order_named_by_another_file_of_the_same_signal_is_taken_too(mercy):
    first = bring_in(mercy, ecg_file(accession_number=""))
    again = bring_in(mercy, ecg_file(accession_number="A-2"))
    assert again.recording == first.recording
    assert again.recording.accession_number == "A-2"


def test_a_copy_of_somebody_else_brings_no_order(mercy):
    first = bring_in(mercy, ecg_file(accession_number=""))
    smith = person(identifier="MRN-2", family_name="Smith")
    file = ecg_file(patient=smith, accession_number="A-2", sop_instance_uid="1.2.3.4")
    other = bring_in(mercy, file)
    assert other.outcome == "identity_conflict"
    with inside(mercy):
        first.recording.refresh_from_db()
    assert first.recording.accession_number == ""


def test_the_order_of_a_number_that_came_later_is_matched(mercy):
    file = ecg_file(accession_number="")
    recording = bring_in(mercy, file).recording
    order(mercy, "P-1", at=FAR_AWAY)
    assert standing(recording) == ""
    sent(mercy, file, accession_number="P-1")
    assert standing(recording) == "P-1"
