"""Whom a file is of: a number of an authority names a patient, a name does not."""

from __future__ import annotations

import pytest

from apps.ecg.formats.canonical import PatientIdentity
from apps.ecg.models import Patient, PatientIdentifier
from tests.database import committed
from tests.factories import inside, make_organization
from tests.ingestion.files import arrivals_of, bring_in, ecg_file, person

pytestmark = committed


def patients_of(organization):
    with inside(organization):
        return list(Patient.objects.order_by("id"))


def numbers_of(organization):
    with inside(organization):
        rows = PatientIdentifier.objects.order_by("id")
        return list(rows.values_list("assigning_authority", "value"))


def test_one_number_of_one_authority_is_one_patient(mercy):
    for signal in (1, 2):
        bring_in(mercy, ecg_file(signal))
    [patient] = patients_of(mercy)
    assert (patient.family_name, patient.given_name) == ("Ashdown", "Wilma")
    assert numbers_of(mercy) == [("TRUST", "MRN-4711")]


def test_the_same_number_of_another_authority_is_another_patient(mercy):
    bring_in(mercy, ecg_file(1))
    bring_in(mercy, ecg_file(2, patient=person(assigning_authority="CLINIC")))
    assert len(patients_of(mercy)) == 2
    assert numbers_of(mercy) == [("TRUST", "MRN-4711"), ("CLINIC", "MRN-4711")]


def test_a_number_without_an_authority_is_the_organizations(mercy):
    place = make_organization("northside", assigning_authority="NORTH")
    bring_in(place, ecg_file(1, patient=person(assigning_authority="")))
    bring_in(place, ecg_file(2, patient=person(assigning_authority="NORTH")))
    assert len(patients_of(place)) == 1
    assert numbers_of(place) == [("NORTH", "MRN-4711")]


@pytest.mark.parametrize("typed", ["", "0", "n/a", "UNKNOWN", "Anonymous", " none "])
def test_a_placeholder_for_a_number_merges_nobody(mercy, typed):
    for signal in (1, 2):
        bring_in(mercy, ecg_file(signal, patient=person(identifier=typed)))
    assert len(patients_of(mercy)) == 2
    assert numbers_of(mercy) == []


def test_a_file_without_any_identity_is_a_patient_of_its_own(mercy):
    for signal in (1, 2):
        row = bring_in(mercy, ecg_file(signal, patient=PatientIdentity()))
        assert row.recording.patient.display_name == "Not known"
    assert len(patients_of(mercy)) == 2
    assert arrivals_of(mercy)[0].identity["family_name"] == ""


def test_a_file_that_contradicts_the_held_patient_warns_and_changes_nothing(mercy):
    bring_in(mercy, ecg_file(1))
    row = bring_in(mercy, ecg_file(2, patient=person(family_name="Married", sex="M")))
    [patient] = patients_of(mercy)
    assert (patient.family_name, patient.sex) == ("Ashdown", "F")
    assert "patient-differs" in [warning["code"] for warning in row.recording.warnings]
    assert "Married" not in str(row.recording.warnings)


def test_a_file_that_agrees_warns_of_nothing(mercy):
    bring_in(mercy, ecg_file(1))
    row = bring_in(mercy, ecg_file(2))
    assert "patient-differs" not in [warning["code"] for warning in row.recording.warnings]


def test_organizations_share_no_patient(mercy, lakeside):
    mine, theirs = bring_in(mercy, ecg_file()), bring_in(lakeside, ecg_file())
    assert mine.recording.patient.public_id != theirs.recording.patient.public_id
    assert numbers_of(mercy) == numbers_of(lakeside)
