"""Where an organization wants it, a second person approves what was decided of an identity."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.db.models import F

from apps.ingestion.models import IdentityCase, ProcessingRules
from tests.database import committed
from tests.factories import inside, make_patient, make_recording, make_user
from tests.web.case_pages import NOW, again, case_about, decide, page_of, patient_of
from tests.web.pages import events, sign_now

pytestmark = [committed, pytest.mark.usefixtures("two_decide")]

State = IdentityCase.State


@pytest.fixture
def recording(mercy):
    return make_recording(mercy, patient=make_patient(mercy, family_name="Ashdown", mrn="M1"))


@pytest.fixture
def desk(client_of, technician):
    return client_of(technician)


@pytest.fixture
def two_decide(mercy):
    with inside(mercy):
        ProcessingRules.objects.create(organization=mercy, approves_identity=True)


def approved(desk, case):
    given = {"do": "approve", "viewed": again(case).decided_at.isoformat()}
    return desk.post(page_of(case), given)


def test_another_patient_waits_for_a_second_approver(desk, recording, client_of, mercy):
    case, ingress = case_about(recording)
    decide(desk, case, "move", ingress)
    assert (again(case).state, patient_of(recording).family_name) == (State.PROPOSED, "Ashdown")
    second = client_of(make_user(mercy, "administrator"))
    page = second.get(page_of(case)).content.decode()
    assert "Waiting for a second approver" in page
    assert "BRIGHT, Berta" in page
    assert approved(second, case).status_code == 302
    closed = again(case)
    assert (closed.state, patient_of(recording).family_name) == (State.CLOSED, "Bright")
    assert closed.approved_by_id not in (None, closed.decided_by_id)
    assert len(events(mercy, "ingestion.identity.approved")) == 1


def test_nobody_approves_their_own_decision_nor_one_they_did_not_see(
    desk, recording, client_of, mercy
):
    case, ingress = case_about(recording)
    decide(desk, case, "new_patient", ingress)
    own = approved(desk, case)
    assert own.status_code == 409
    assert "A second person approves" in own.content.decode()
    second = client_of(make_user(mercy, "administrator"))
    unseen = second.post(page_of(case), {"do": "approve", "viewed": NOW.isoformat()})
    assert "decided anew meanwhile" in unseen.content.decode()
    assert (again(case).state, patient_of(recording).family_name) == (State.PROPOSED, "Ashdown")
    with pytest.raises(IntegrityError), inside(mercy):
        IdentityCase.objects.update(approved_by=F("decided_by"))


def test_what_is_not_approved_is_open_again_with_why(desk, recording, client_of, mercy):
    case, ingress = case_about(recording)
    decide(desk, case, "move", ingress)
    second = client_of(make_user(mercy, "administrator"))
    assert second.post(page_of(case), {"do": "send-back"}).status_code == 409
    second.post(page_of(case), {"do": "send-back", "reason": "The ward says otherwise"})
    assert (again(case).state, again(case).decided_by) == (State.OPEN, None)
    assert "The ward says otherwise" in desk.get(page_of(case)).content.decode()
    [event] = events(mercy, "ingestion.identity.sent_back")
    assert "ward" not in event.details
    assert decide(desk, case, "keep").status_code == 302
    assert again(case).state == State.CLOSED


def test_an_approved_decision_on_a_signed_report_waits_for_it(
    desk, recording, client_of, reader, mercy
):
    sign_now(recording, reader)
    case, ingress = case_about(recording)
    decide(desk, case, "new_patient", ingress)
    approved(client_of(make_user(mercy, "administrator")), case)
    assert (again(case).state, patient_of(recording).family_name) == (State.WAITING, "Ashdown")
