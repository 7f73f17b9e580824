"""Is it a recording already held: the decision table, inside one organization."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from apps.audit.models import AuditEvent
from apps.core.leases import Leased
from apps.ecg.models import Patient, PatientIdentifier, Recording, StageRun, Waveform
from apps.ingestion.models import Ingress
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import (
    LOCAL,
    OTHER_EXPORT,
    arrivals_of,
    bring_in,
    codes_of,
    ecg_file,
    person,
)

pytestmark = committed

Outcome = Ingress.Outcome
MINUTE = dt.timedelta(minutes=1)
ANOTHER_UID = "1.2.826.0.1.3680043.8.498.2"


def count(model, organization):
    with inside(organization):
        return model.objects.count()


def test_a_new_signal_is_a_recording_with_its_first_stage(mercy):
    row = bring_in(mercy, ecg_file(), priority="urgent")
    assert (row.outcome, row.state) == (Outcome.NEW, Leased.State.DONE)
    assert row.recording.trace_id == row.trace_id
    assert (row.recording.priority, row.recording.original_sha256) == ("urgent", row.sha256)
    with inside(mercy):
        assert [run.stage for run in StageRun.objects.all()] == ["measure"]
    assert codes_of(mercy)[-2:] == ["ecg.recording.created", "ingestion.file.linked"]


def test_the_same_bytes_are_another_arrival_and_nothing_more(mercy):
    first = bring_in(mercy, ecg_file())
    again = bring_in(mercy, ecg_file(), source="import")
    assert (again.outcome, again.state) == (Outcome.SAME_BYTES, Leased.State.DUPLICATE)
    assert again.recording == first.recording
    assert len(arrivals_of(mercy)) == 2
    assert [count(model, mercy) for model in (Recording, Waveform, StageRun, Patient)] == [1] * 4


def test_known_bytes_are_not_parsed_again(mercy, monkeypatch):
    def not_again(_data, **_known):
        raise AssertionError("parsed")

    bring_in(mercy, ecg_file())
    monkeypatch.setattr("apps.ingestion.jobs.decode_limited", not_again)
    assert bring_in(mercy, ecg_file()).outcome == Outcome.SAME_BYTES


def test_the_same_signal_in_another_file_is_the_same_recording(mercy):
    first = bring_in(mercy, ecg_file())
    again = bring_in(mercy, ecg_file(options=OTHER_EXPORT, model="Other cart"))
    assert first.sha256 != again.sha256
    assert (again.outcome, again.recording) == (Outcome.SAME_SIGNAL, first.recording)
    assert count(Recording, mercy) == 1


@pytest.mark.parametrize("minutes", [-2, 2])
def test_clocks_two_minutes_apart_agree(mercy, minutes):
    bring_in(mercy, ecg_file())
    again = bring_in(mercy, ecg_file(at=LOCAL + minutes * MINUTE))
    assert again.outcome == Outcome.SAME_SIGNAL


@pytest.mark.parametrize("minutes", [-3, 3, 60])
def test_another_time_is_a_conflict_for_a_person(mercy, minutes):
    first = bring_in(mercy, ecg_file())
    again = bring_in(mercy, ecg_file(at=LOCAL + minutes * MINUTE))
    assert (again.outcome, again.recording) == (Outcome.TIME_CONFLICT, first.recording)
    assert again.recording.acquired_at == first.recording.acquired_at
    assert codes_of(mercy)[-1] == "ingestion.identity.conflicted"


@pytest.mark.parametrize(
    "other",
    [
        person(identifier="MRN-9"),
        person(assigning_authority="ELSEWHERE"),
        person(family_name="Bright"),
        person(born_on=dt.date(1990, 1, 1)),
        person(sex="M"),
    ],
    ids=["number", "authority", "name", "birth date", "sex"],
)
def test_another_identity_is_a_conflict_for_a_person(mercy, other):
    first = bring_in(mercy, ecg_file())
    again = bring_in(mercy, ecg_file(patient=other, sop_instance_uid=ANOTHER_UID))
    assert (again.outcome, again.state) == (Outcome.IDENTITY_CONFLICT, Leased.State.DUPLICATE)
    assert again.recording == first.recording
    with inside(mercy):
        event = AuditEvent.objects.get(code="ingestion.identity.conflicted")
    assert event.object_id == str(again.public_id)
    assert json.loads(event.details) == {"outcome": "identity_conflict"}


def test_a_conflict_overwrites_nothing_and_starts_nothing(mercy):
    first = bring_in(mercy, ecg_file())
    before = [count(model, mercy) for model in (Patient, PatientIdentifier, StageRun)]
    bring_in(mercy, ecg_file(patient=person(family_name="Bright", identifier="MRN-9")))
    with inside(mercy):
        patient = Patient.objects.get(pk=first.recording.patient_id)
    assert (patient.family_name, patient.sex) == ("Ashdown", "F")
    assert [count(model, mercy) for model in (Patient, PatientIdentifier, StageRun)] == before


def test_conflicting_demographics_lie_on_their_arrival_and_nowhere_else(mercy, owner_dump):
    bring_in(mercy, ecg_file())
    bring_in(mercy, ecg_file(patient=person(family_name="Brightwater")))
    assert arrivals_of(mercy)[1].identity["family_name"] == "Brightwater"
    assert owner_dump("Brightwater") == ["ingestion_recordingarrival"]


def test_case_and_spaces_of_a_name_are_no_conflict(mercy):
    bring_in(mercy, ecg_file())
    again = bring_in(mercy, ecg_file(patient=person(family_name="ASHDOWN ")))
    assert again.outcome == Outcome.SAME_SIGNAL


def test_what_a_file_leaves_out_is_no_conflict(mercy):
    bring_in(mercy, ecg_file())
    silent = person(given_name="", identifier="", assigning_authority="", born_on=None, sex="")
    assert bring_in(mercy, ecg_file(patient=silent, at=None)).outcome == Outcome.SAME_SIGNAL


def test_a_copy_of_a_conflicting_file_is_known_by_its_bytes(mercy):
    bring_in(mercy, ecg_file())
    other = ecg_file(patient=person(family_name="Bright"))
    bring_in(mercy, other)
    assert bring_in(mercy, other).outcome == Outcome.SAME_BYTES
    assert count(Recording, mercy) == 1


def test_another_signal_of_the_same_patient_is_another_recording(mercy):
    first, second = bring_in(mercy, ecg_file(1)), bring_in(mercy, ecg_file(2))
    assert first.recording != second.recording
    assert first.recording.patient_id == second.recording.patient_id


def test_a_reused_object_name_links_nothing(mercy):
    uid = "1.2.826.0.1.3680043.8.498.1"
    for signal in (1, 2):
        row = bring_in(mercy, ecg_file(signal, sop_instance_uid=uid))
        assert row.outcome == Outcome.NEW
    with inside(mercy):
        assert Recording.objects.filter(sop_instance_uid=uid).count() == 2


def test_another_organizations_copy_is_its_own_recording(mercy, lakeside):
    mine, theirs = bring_in(mercy, ecg_file()), bring_in(lakeside, ecg_file())
    assert mine.outcome == theirs.outcome == Outcome.NEW
    assert mine.recording.public_id != theirs.recording.public_id
    assert count(Recording, mercy) == count(Recording, lakeside) == 1
