"""Wrong patient: asked by one person, approved by another, for ever; then read anew."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.ingestion.cases import Verdict
from apps.ingestion.models import IdentityCase
from apps.reports import retractions
from apps.reports.actions import NotSignable, Stale, WrongPassword, begin_amendment
from apps.reports.corrections import decide_case
from apps.reports.criticals import raise_by_hand
from apps.reports.models import CriticalResult, KeptDraft, Report, ReportVersion, Retraction
from apps.reports.proving import Proof
from apps.reports.queries import report_of as newest_of
from apps.tenants.access import Active
from tests.database import committed
from tests.factories import PASSWORD, inside, make_user
from tests.ingestion.files import codes_of
from tests.isolation.rows import make_row
from tests.reports.signing import (
    approve,
    ask_to_retract,
    report_of,
    sign,
    sign_recording,
    write,
)
from tests.reports.test_addenda import words_of

pytestmark = committed


@pytest.fixture
def second(mercy):
    return make_user(mercy, "administrator")


def test_nothing_changes_until_a_second_person_approves(mercy, reader, second, recording):
    sign_recording(recording, reader)
    asked = ask_to_retract(recording, reader)
    assert report_of(recording).status == "signed"
    with pytest.raises(retractions.NotRetractable):
        approve(asked, reader)
    version = approve(asked, second)
    assert (version.kind, version.number) == ("retraction", 2)
    assert report_of(recording).status == "entered_in_error"
    with pytest.raises(retractions.NotRetractable):
        approve(asked, second)


def test_the_pdf_of_it_says_so_on_its_face(mercy, reader, second, recording):
    sign_recording(recording, reader, "Sinus rhythm.")
    words = words_of(approve(ask_to_retract(recording, reader, "Labels swapped"), second))
    assert "ENTERED IN ERROR – wrong patient, do not use" in words
    for said in ("Labels swapped", reader.full_name, second.full_name, "Sinus rhythm."):
        assert said in words


def test_the_second_person_proves_to_be_there(mercy, reader, second, recording):
    sign_recording(recording, reader)
    asked = ask_to_retract(recording, reader)
    with pytest.raises(WrongPassword):
        approve(asked, second, "wrong")
    assert report_of(recording).status == "signed"


def test_what_was_not_shown_is_not_approved(mercy, reader, second, recording):
    sign_recording(recording, reader)
    asked = ask_to_retract(recording, reader)
    proof = Proof("0" * 64, password=PASSWORD)
    with inside(mercy), pytest.raises(Stale):
        retractions.approve_retraction(asked, by=second, proof=proof, now=timezone.now())
    assert report_of(recording).status == "signed"


def test_what_is_no_longer_signed_is_not_approved(mercy, reader, second):
    report = make_row(Report, mercy, status="entered_in_error", version_count=1)
    make_row(ReportVersion, mercy, report=report, number=1)
    asked = make_row(
        Retraction, mercy, report=report, asked_by=reader, approved_at=None, approved_by=None
    )
    with pytest.raises(NotSignable):
        approve(asked, second)


def test_a_retraction_has_a_reason(mercy, reader, recording):
    sign_recording(recording, reader)
    with pytest.raises(retractions.NotRetractable):
        ask_to_retract(recording, reader, " \n")


def test_refused_or_taken_back_it_may_be_asked_again(mercy, reader, second, recording):
    sign_recording(recording, reader)
    asked = ask_to_retract(recording, reader)
    with pytest.raises(retractions.NotRetractable):
        ask_to_retract(recording, second)
    with inside(mercy):
        retractions.refuse_retraction(asked, by=second, now=timezone.now())
    assert report_of(recording).status == "signed"
    assert ask_to_retract(recording, reader).is_open


def test_open_critical_results_end_with_it(mercy, reader, second, recording):
    sign_recording(recording, reader)
    with inside(mercy):
        raise_by_hand(report_of(recording), "Long pause", reader, timezone.now())
    approve(ask_to_retract(recording, reader), second)
    with inside(mercy):
        result = CriticalResult.objects.get()
        assert (result.told_how, result.acknowledged_by_id) == ("retracted", second.pk)
    assert "reports.critical.withdrawn" in codes_of(mercy)
    assert report_of(recording).priority_rank >= 0


def test_an_amendment_under_way_ends_and_its_text_is_kept(mercy, reader, second, recording):
    sign_recording(recording, reader, "Sinus rhythm.")
    with inside(mercy):
        report = report_of(recording)
        report = begin_amendment(report, reader=reader, reason="Axis", now=timezone.now())
        write(report, reader, "Half an amendment")
    approve(ask_to_retract(recording, reader), second)
    assert report_of(recording).draft_text == "Sinus rhythm."
    with inside(mercy):
        assert KeptDraft.objects.get().text == "Half an amendment"


def test_no_event_holds_the_reason(mercy, reader, second, recording):
    sign_recording(recording, reader)
    version = approve(ask_to_retract(recording, reader, "Of Mrs Quillfeather"), second)
    assert json.loads(version.content)["retracted"]["reason"] == "Of Mrs Quillfeather"
    with inside(mercy):
        assert not AuditEvent.objects.filter(details__contains="Quillfeather").exists()


def test_the_recording_waits_for_whose_it_is_and_is_then_read_anew(
    mercy, reader, second, technician, recording
):
    sign_recording(recording, reader)
    approve(ask_to_retract(recording, reader), second)
    with inside(mercy):
        case = IdentityCase.objects.get(recording=recording, kind="identity_conflict")
        verdict = Verdict("keep", "It is this patient's after all")
        decide_case(case, verdict, by=technician, now=timezone.now())
        reports = list(Report.objects.filter(recording=recording).order_by("id"))
        assert [row.status for row in reports] == ["entered_in_error", "draft"]
        active = Active(mercy.pk, "reader")
        assert newest_of(active, recording) == reports[1]
        read = write(reports[1], reader, "Read anew.")
        assert sign(read, reader).number == 1
