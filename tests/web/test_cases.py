"""Deciding whose ECG it is: compared side by side, with a reason, and never silently."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from apps.audit.models import Alarm
from apps.ecg.models import Patient, Recording
from apps.ingestion import cases as decisions
from apps.ingestion.cases import NotDecidable, Verdict
from apps.ingestion.models import IdentityCase, RecordingArrival
from apps.reports.actions import begin_amendment
from apps.reports.models import Report
from tests.database import committed
from tests.factories import inside, make_patient, make_recording, make_user
from tests.reports.signing import approve, ask_to_retract
from tests.web.case_pages import NOW, Kind, again, case_about, decide, page_of, patient_of
from tests.web.pages import events, mrn_of, report_of, sign_now

pytestmark = committed

State = IdentityCase.State


@pytest.fixture
def recording(mercy):
    return make_recording(mercy, patient=make_patient(mercy, family_name="Ashdown", mrn="M1"))


@pytest.fixture
def desk(client_of, technician):
    return client_of(technician)


def test_nothing_to_decide_says_so(desk):
    assert "No question of identity" in desk.get(reverse("identity-cases")).content.decode()


def test_a_case_stands_in_its_queue_and_in_the_bar(desk, recording):
    case, _ = case_about(recording)
    html = desk.get(reverse("identity-cases")).content.decode()
    assert page_of(case) in html
    assert '>Identity <span class="count">1</span>' in html
    elsewhere = desk.get(reverse("identity-cases"), {"kind": "time_conflict"}).content.decode()
    assert page_of(case) not in elsewhere


def test_what_is_held_stands_beside_what_came(desk, recording, mercy):
    case, _ = case_about(recording)
    html = desk.get(page_of(case)).content.decode()
    for words in ("ASHDOWN", "BRIGHT, Berta", "MRN-9", "03-Feb-1970"):
        assert words in html
    assert html.count("differs: ") >= 3
    [event] = events(mercy, "ingestion.identity.viewed")
    assert event.object_id == str(case.public_id)


def test_keeping_what_is_held_closes_the_case_and_changes_nothing(desk, recording, mercy):
    case, _ = case_about(recording)
    held = patient_of(recording)
    assert decide(desk, case, "keep").status_code == 302
    closed = again(case)
    assert (closed.state, closed.reason) == (State.CLOSED, "Asked the ward")
    assert closed.decided_by_id is not None
    assert patient_of(recording) == held
    with inside(mercy):
        assert not Alarm.objects.filter(code="identity.conflict", resolved_at=None).exists()


def test_the_patient_of_a_copy_gets_the_ecg(desk, recording, mercy):
    case, ingress = case_about(recording)
    decide(desk, case, "move", ingress)
    patient = patient_of(recording)
    assert (patient.family_name, patient.given_name) == ("Bright", "Berta")
    assert [event.object_id for event in events(mercy, "ecg.recording.moved")] == [
        str(recording.public_id)
    ]


@pytest.mark.parametrize("is_held", [False, True])
def test_a_new_patient_gets_the_ecg_and_a_number_that_nobody_else_has(
    desk, recording, mercy, is_held
):
    holder = make_patient(mercy, mrn="MRN-9") if is_held else None
    case, ingress = case_about(recording, assigning_authority="MERCY")
    decide(desk, case, "new_patient", ingress)
    patient = patient_of(recording)
    assert patient.family_name == "Bright"
    assert patient != holder
    with inside(mercy):
        assert list(patient.identifiers.values_list("value", flat=True)) == (
            [] if is_held else ["MRN-9"]
        )
    assert len(events(mercy, "ecg.patient.created")) == 1


@pytest.mark.parametrize("decision", ["move", "new_patient"])
@pytest.mark.parametrize(("kind", "kept"), [("IDENTITY_CONFLICT", None), ("CORRECTION", 61)])
def test_the_age_that_another_patients_file_states_does_not_come_along(
    desk, mercy, decision, kind, kept
):
    held = make_recording(mercy, patient=make_patient(mercy, mrn="M1"), stated_age_years=61)
    case, ingress = case_about(held, Kind[kind])
    decide(desk, case, decision, ingress)
    with inside(mercy):
        moved = Recording.objects.select_related("patient").get(pk=held.pk)
    assert (moved.patient.family_name, moved.stated_age_years) == ("Bright", kept)


def test_other_demographics_of_the_same_number_correct_the_record(desk, recording, mercy):
    case, ingress = case_about(
        recording, Kind.CORRECTION, identifier="M1", assigning_authority="MERCY"
    )
    held = patient_of(recording)
    decide(desk, case, "move", ingress)
    corrected = patient_of(recording)
    assert (corrected.pk, corrected.family_name) == (held.pk, "Bright")
    [event] = events(mercy, "ecg.patient.corrected")
    assert "Bright" not in event.details


def test_the_time_of_a_copy_becomes_the_recordings(desk, recording):
    case, ingress = case_about(recording, Kind.TIME_CONFLICT)
    decide(desk, case, "retime", ingress)
    assert again(recording).acquired_at == NOW


def test_a_duplicate_leaves_the_worklist_and_stays_readable(desk, recording, mercy):
    other = make_recording(mercy)
    case, _ = case_about(recording, Kind.POSSIBLE_DUPLICATE, other)
    decide(desk, case, "duplicate")
    rows = desk.get(reverse("worklist")).content.decode()
    address = reverse("recording", args=[recording.public_id])
    assert address not in rows
    assert reverse("recording", args=[other.public_id]) in rows
    assert "repeats" in desk.get(address).content.decode()


def test_two_different_ecgs_stay_two(desk, recording, mercy):
    case, _ = case_about(recording, Kind.UID_COLLISION, make_recording(mercy))
    decide(desk, case, "separate")
    assert again(recording).duplicate_of_id is None
    assert again(case).state == State.CLOSED


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"decision": "keep"}, "Say why"),
        ({"reason": "x"}, "Choose one of the decisions"),
        ({"decision": "duplicate", "reason": "x"}, "Choose one of the decisions"),
        ({"decision": "move", "reason": "x"}, "Choose the copy"),
    ],
)
def test_a_decision_that_is_not_whole_is_asked_again(desk, recording, given, problem):
    case, _ = case_about(recording)
    answer = desk.post(page_of(case), given)
    assert answer.status_code == 409
    assert problem in answer.content.decode()
    assert again(case).state == State.OPEN


def test_a_copy_of_another_recording_is_not_chosen(desk, recording, mercy):
    case, _ = case_about(recording)
    _, foreign = case_about(make_recording(mercy))
    assert "Choose the copy" in decide(desk, case, "move", foreign).content.decode()


def test_a_copy_of_another_recording_is_refused_whatever_the_page_offered(
    recording, mercy, technician
):
    case, _ = case_about(recording)
    _, foreign = case_about(make_recording(mercy))
    with inside(mercy):
        verdict = Verdict("move", "Asked the ward", RecordingArrival.objects.get(ingress=foreign))
        with pytest.raises(NotDecidable, match="Choose the copy"):
            decisions.decide(case, verdict, by=technician, now=NOW, may_change=True)


@pytest.mark.parametrize(
    ("kind", "decision", "lacks", "problem"),
    [
        (Kind.TIME_CONFLICT, "retime", "acquired_at", "does not say when"),
        (Kind.IDENTITY_CONFLICT, "move", "identifier", "no record number"),
        (
            Kind.IDENTITY_CONFLICT,
            "new_patient",
            "identifier family_name given_name",
            "names nobody",
        ),
    ],
)
def test_a_copy_that_does_not_say_it_decides_nothing(
    desk, recording, kind, decision, lacks, problem
):
    case, ingress = case_about(recording, kind, **dict.fromkeys(lacks.split(), ""))
    assert problem in decide(desk, case, decision, ingress).content.decode()
    assert again(case).state == State.OPEN


def test_who_comes_second_is_told(desk, recording):
    case, ingress = case_about(recording)
    decide(desk, case, "keep")
    answer = decide(desk, case, "move", ingress)
    assert answer.status_code == 409
    assert "Somebody else has decided" in answer.content.decode()
    assert patient_of(recording).family_name == "Ashdown"


def test_a_signed_report_is_not_changed_before_it_is_amended(desk, recording, reader, mercy):
    """The same patient, whose name was wrong."""
    report = sign_now(recording, reader)
    case, ingress = case_about(
        recording, identifier=mrn_of(recording), assigning_authority=mercy.slug.upper()
    )
    decide(desk, case, "move", ingress)
    assert again(case).state == State.WAITING
    assert patient_of(recording).family_name == "Ashdown"
    early = desk.post(page_of(case), {"do": "carry-out"})
    assert "must be amended first" in early.content.decode()
    with inside(recording.organization):
        begin_amendment(report, reader=reader, reason="Name misspelt", now=NOW)
    assert desk.post(page_of(case), {"do": "carry-out"}).status_code == 302
    assert again(case).state == State.CLOSED
    assert patient_of(recording).family_name == "Bright"
    assert report_of(recording).status == Report.Status.AMENDING


def test_a_signed_report_of_another_patient_is_retracted_and_read_anew(desk, recording, reader):
    report = sign_now(recording, reader)
    case, ingress = case_about(recording)
    decide(desk, case, "move", ingress)
    with inside(recording.organization):
        begin_amendment(report, reader=reader, reason="Wrong patient", now=NOW)
    early = desk.post(page_of(case), {"do": "carry-out"})
    assert "must be retracted first" in early.content.decode()
    second = make_user(recording.organization)
    approve(ask_to_retract(recording, reader), second)
    assert "The report is open." in desk.get(page_of(case)).content.decode()
    wrong = patient_of(recording)
    assert desk.post(page_of(case), {"do": "carry-out"}).status_code == 302
    assert patient_of(recording).family_name == "Bright"
    with inside(recording.organization):
        statuses = Report.objects.filter(recording=recording).order_by("id")
        assert [row.status for row in statuses] == ["entered_in_error", "draft"]
    gone = desk.get(reverse("patient", args=[wrong.public_id])).content.decode()
    assert "ECG report retracted" in gone


def test_a_reader_sees_that_identity_is_in_question_and_decides_nothing(
    client_of, reader, recording
):
    case, _ = case_about(recording)
    room = client_of(reader)
    html = room.get(reverse("recording", args=[recording.public_id])).content.decode()
    assert "a question of identity is open" in html
    assert page_of(case) not in html
    assert room.get(page_of(case)).status_code == 403


def test_demographics_of_a_copy_are_on_no_other_page(desk, recording):
    case, ingress = case_about(recording)
    for address in (
        reverse("identity-cases"),
        reverse("recording", args=[recording.public_id]),
        reverse("patient", args=[recording.patient.public_id]),
        reverse("arrival", args=[ingress.public_id]),
    ):
        assert "Berta" not in desk.get(address).content.decode()
    assert "Berta" in desk.get(page_of(case)).content.decode()


def test_patients_are_made_once_however_many_cases_name_them(desk, mercy):
    for _ in range(2):
        case, ingress = case_about(make_recording(mercy))
        decide(desk, case, "move", ingress)
    with inside(mercy):
        assert Patient.objects.filter(family_name="Bright").count() == 1


def test_the_last_ecg_of_the_patient_that_a_copy_names_stands_beside_it(desk, mercy):
    named = make_patient(mercy, family_name="Bright", mrn="MRN-9")
    before = make_recording(mercy, patient=named, acquired_at=NOW - dt.timedelta(days=9))
    after = make_recording(mercy, patient=named, acquired_at=NOW + dt.timedelta(days=9))
    held = make_recording(mercy, patient=make_patient(mercy, mrn="M1"), acquired_at=NOW)
    case, _ = case_about(held, assigning_authority="MERCY")
    page = desk.get(page_of(case)).content.decode()
    assert "Last prior of the patient that Copy 1 names</a>, BRIGHT, Berta" in page
    assert f"/recordings/{before.public_id}/trace.svg" in page
    assert str(after.public_id) not in page


def test_a_decided_question_says_which_copy_was_right(desk, recording):
    case, ingress = case_about(recording)
    decide(desk, case, "move", ingress)
    page = desk.get(page_of(case)).content.decode()
    assert "The patient of this copy is right</b>: Copy 1: BRIGHT, Berta, MRN MRN-9" in page
    assert "<p>Asked the ward</p>" in page
    assert 'name="decision"' not in page


def test_both_of_two_that_may_be_one_say_so_on_their_pages_and_in_the_list(
    client_of, reader, mercy, recording
):
    earlier = make_recording(mercy, patient=recording.patient)
    case_about(recording, Kind.POSSIBLE_DUPLICATE, other=earlier)
    client = client_of(reader)
    for one in (recording, earlier):
        page = client.get(reverse("recording", args=[one.public_id])).content.decode()
        assert "Possible duplicate: a question of identity is open." in page
    listed = client.get(reverse("worklist")).content.decode()
    assert listed.count("Identity open</span>") == 2
