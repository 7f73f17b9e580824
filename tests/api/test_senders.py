"""Who asks, when, and what for: each doubt has a code, and nothing is kept."""

from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest
from django.utils import timezone

from apps.ingestion.models import Ingress
from apps.integrations.models import RequestNonce, Submission
from apps.integrations.submissions.sender import WINDOW, forget_nonces
from tests.admin.people import events
from tests.api.submitting import Ehr
from tests.database import committed
from tests.factories import inside

pytestmark = committed

REFUSED = "integrations.submission.refused"


def ago(**apart):
    return (timezone.now() - dt.timedelta(**apart)).isoformat()


DOUBTS = {
    "no sender": ({"X_Sender": None}, 400, "sender-missing"),
    "no id": ({"X_Sender": "Smith"}, 403, "sender-differs"),
    "another's id": ({"X_Sender": str(uuid.uuid4())}, 403, "sender-differs"),
    "no time": ({"X_Timestamp": None}, 400, "timestamp-missing"),
    "no moment": ({"X_Timestamp": "2026-11-22T09:30:00"}, 400, "invalid-request"),
    "a word": ({"X_Timestamp": "Smith"}, 400, "invalid-request"),
    "too old": ({"X_Timestamp": ago(minutes=6)}, 403, "request-stale"),
    "ahead": ({"X_Timestamp": ago(days=-1)}, 403, "request-stale"),
    "no nonce": ({"X_Nonce": None}, 400, "nonce-missing"),
    "a short nonce": ({"X_Nonce": "Smith"}, 400, "nonce-missing"),
    "no purpose": ({"X_Purpose_Of_Use": None}, 400, "purpose-missing"),
    "research": ({"X_Purpose_Of_Use": "HRESCH"}, 403, "purpose-not-accepted"),
}


@pytest.mark.parametrize("form", ["submit", "submit_fhir"])
def test_a_doubt_about_the_sender_has_its_own_code(form, mercy):
    ehr = Ehr(mercy)
    for doubt, (changed, status, code) in DOUBTS.items():
        answer = getattr(ehr, form)(**changed)
        assert answer.status_code == status, doubt
        assert f'"{code}"' in answer.content.decode()
        assert b"Smith" not in answer.content
    with inside(mercy):
        assert not Submission.objects.exists()
        assert not Ingress.objects.exists()
    recorded = [json.loads(event.details)["code"] for event in events(mercy, REFUSED)]
    assert recorded == [code for _, _, code in DOUBTS.values()]


def test_a_request_made_again_is_refused(mercy, lakeside):
    ehr, nonce = Ehr(mercy), uuid.uuid4().hex
    assert ehr.submit(X_Nonce=nonce).status_code == 202
    again = ehr.submit(X_Nonce=nonce)
    assert (again.status_code, again.json()["code"]) == (409, "request-replayed")
    for other in (Ehr(mercy), Ehr(lakeside)):
        assert other.submit(X_Nonce=nonce).status_code == 202


def test_another_clients_id_is_not_ones_own(mercy):
    one, other = Ehr(mercy), Ehr(mercy)
    answer = one.submit(X_Sender=str(other.client_row.public_id))
    assert answer.json()["code"] == "sender-differs"


def test_nonces_are_forgotten_when_no_request_can_carry_them(mercy):
    Ehr(mercy).submit()
    forget_nonces()
    with inside(mercy):
        assert RequestNonce.objects.count() == 1
        RequestNonce.objects.update(seen_at=timezone.now() - 2 * WINDOW)
    forget_nonces()
    with inside(mercy):
        assert RequestNonce.objects.count() == 0
