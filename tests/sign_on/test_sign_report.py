"""Whoever signs in at a provider proves there, at signing, to be the one who signs."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from apps.reports import actions
from apps.reports.models import Signature
from apps.tenants.models import SignOnAnswer
from apps.tenants.sign_on.asked import Asked, Signing
from apps.tenants.sign_on.errors import AnswerRefused
from apps.tenants.sign_on.proof import SignOnProof
from tests.database import committed
from tests.factories import PASSWORD, inside
from tests.sign_on.rows import address_in, local, sign_in
from tests.web.pages import events, report_of, viewed_by_reader

pytestmark = committed

TEXT = "Sinus rhythm, written by Ada."


@pytest.fixture
def report(client, idp, provider, ada, recording):
    """Written by Ada, who is signed in."""
    sign_in(client, idp)
    report = report_of(recording)
    body = {"text": TEXT, "revision": report.draft_revision}
    assert client.post(f"/reports/{report.public_id}/draft", body).status_code == 302
    return report_of(recording)


def press_sign(client, report, **more):
    body = {"revision": report.draft_revision, "viewed": viewed_by_reader(report), **more}
    return client.post(f"/reports/{report.public_id}/sign", body)


def signatures(organization):
    with inside(organization):
        return list(Signature.objects.all())


def refusals(organization):
    return [event.details for event in events(organization, "reports.signature.refused")]


def assert_nothing_was_signed(recording, organization):
    assert signatures(organization) == []
    report = report_of(recording)
    assert (report.status, report.draft_text) == ("draft", TEXT)


def test_the_sign_page_asks_for_no_password(client, report):
    page = client.get(f"/reports/{report.public_id}/sign").content.decode()
    assert "prove to <b>Mercy sign-in</b> that you are here" in page
    assert 'name="password"' not in page


def test_a_report_is_signed_after_a_new_sign_in(client, idp, report, ada, mercy, recording):
    question = address_in(press_sign(client, report))
    assert "prompt=login" in question
    assert "max_age=0" in question
    assert_nothing_was_signed(recording, mercy)
    response = client.get(local(idp.answer(question)))
    assert response.url == f"/recordings/{recording.public_id}"
    (signature,) = signatures(mercy)
    assert (signature.signer_id, signature.method) == (ada.pk, "oidc")
    assert report_of(recording).status == "signed"


def test_sign_and_next_goes_to_the_worklist_when_nothing_is_left(client, idp, report):
    question = address_in(press_sign(client, report, then="next"))
    assert client.get(local(idp.answer(question))).url == "/worklist"


@pytest.fixture
def with_password(ada):
    ada.set_password(PASSWORD)
    ada.save()


def test_a_password_signs_nothing_in_such_a_session(
    with_password, client, report, mercy, recording
):
    address_in(press_sign(client, report, password=PASSWORD))
    assert_nothing_was_signed(recording, mercy)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"auth_time": 1_700_000_000}, "not-signed-in-anew"),
        ({"auth_time": None}, "time-of-sign-in-not-said"),
        ({"auth_time": 4_000_000_000}, "signed-in-in-the-future"),
        ({"sub": "bob-1"}, "another-person"),
    ],
)
def test_an_answer_that_proves_too_little_signs_nothing(
    claims, reason, client, idp, report, mercy, recording
):
    question = address_in(press_sign(client, report))
    idp.misbehave(claims=claims)
    response = client.get(local(idp.answer(question)))
    assert response.status_code == 403
    assert b"did not prove that you are here now" in response.content
    assert b"See changes" not in response.content
    assert refusals(mercy) == [f'{{"reason": "{reason}"}}']
    assert_nothing_was_signed(recording, mercy)


def test_a_provider_that_asks_for_no_password_signs_nothing(
    client, idp, report, mercy, recording, settings
):
    """It sends back who signed in there before, with that time."""
    settings.SSO_CLOCK_SKEW_SECONDS = 1
    with idp.browser() as browser:
        idp.answer(address_in(press_sign(client, report)), browser=browser)
        idp.misbehave(ignore_prompt=True)
        with time_machine.travel(timezone.now() + dt.timedelta(seconds=20)):
            settings.SSO_CLOCK_SKEW_SECONDS = 19
            question = address_in(press_sign(client, report))
            assert client.get(local(idp.answer(question, browser=browser))).status_code == 403
    assert_nothing_was_signed(recording, mercy)


def test_another_person_at_the_provider_signs_nothing(client, idp, report, mercy, recording):
    question = address_in(press_sign(client, report))
    assert client.get(local(idp.answer(question, "bob-1"))).status_code == 403
    assert_nothing_was_signed(recording, mercy)


def test_what_changed_on_the_way_is_not_signed(client, idp, report, mercy, recording):
    question = address_in(press_sign(client, report))
    body = {"text": "Changed meanwhile.", "revision": report.draft_revision}
    client.post(f"/reports/{report.public_id}/draft", body)
    response = client.get(local(idp.answer(question)))
    assert response.status_code == 409
    assert b"Nothing was signed" in response.content
    assert signatures(mercy) == []
    assert report_of(recording).draft_text == "Changed meanwhile."


def test_what_is_stale_already_is_not_sent(client, report):
    response = press_sign(client, report, viewed="0" * 64)
    assert response.status_code == 409
    assert b"http-equiv" not in response.content


def test_an_answer_signs_once(client, idp, report, mercy):
    answer = local(idp.answer(address_in(press_sign(client, report))))
    assert client.get(answer).status_code == 302
    assert client.get(answer).status_code == 403
    assert len(signatures(mercy)) == 1


def test_the_proof_is_good_for_five_minutes(client, idp, report, mercy, recording):
    answer = local(idp.answer(address_in(press_sign(client, report))))
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=301)):
        assert client.get(answer).status_code == 403
    assert_nothing_was_signed(recording, mercy)


def test_a_stranger_with_the_answer_signs_nothing(client, idp, report, mercy, recording):
    answer = local(idp.answer(address_in(press_sign(client, report))))
    other = Client()
    sign_in(other, idp)
    assert other.get(answer).status_code == 403
    assert Client().get(answer).status_code == 403
    assert_nothing_was_signed(recording, mercy)


def test_a_provider_that_is_down_loses_no_text(client, report, mercy, recording, settings):
    settings.EGRESS_INTERNAL_HOSTS = []
    assert press_sign(client, report).status_code == 503
    assert_nothing_was_signed(recording, mercy)


@pytest.fixture
def proof_for(provider, ada):
    """A fresh proof of Ada's, for a signing in which the test changes one thing."""

    def made(drafted, /, **changed):
        now = timezone.now()
        wanted = {
            "report": str(drafted.public_id),
            "revision": drafted.draft_revision,
            "viewed": viewed_by_reader(drafted),
            "then": "",
            "user_id": ada.pk,
            "subject": "ada-1",
        } | changed
        asked = Asked("q", 1, "p", now.timestamp(), signing=Signing(**wanted))
        with inside(provider.organization):
            answer = SignOnAnswer.objects.create(
                organization=provider.organization,
                provider=provider,
                answer_id="a",
                in_response_to="q",
                subject="ada-1",
                authenticated_at=now,
            )
        return SignOnProof(asked, answer, "saml")

    return made


@pytest.mark.parametrize(
    "changed",
    [
        {"report": "another"},
        {"revision": 77},
        {"viewed": "0" * 64},
        {"user_id": 0},
        {"subject": "bob-1"},
    ],
    ids=str,
)
def test_a_proof_for_something_else_signs_nothing(changed, proof_for, report, ada, mercy):
    proof = proof_for(report, **changed)
    with inside(mercy), pytest.raises(AnswerRefused):
        _sign(report, ada, proof)
    assert signatures(mercy) == []


def test_a_proof_signs_what_it_was_given_for_and_only_once(proof_for, report, ada, mercy):
    proof = proof_for(report)
    with inside(mercy):
        _sign(report, ada, proof)
        with pytest.raises(AnswerRefused, match="answered-before"):
            proof.use(
                ada,
                report=str(report.public_id),
                revision=report.draft_revision,
                viewed=proof.asked.signing.viewed,
                now=timezone.now(),
            )
    assert [row.method for row in signatures(mercy)] == ["saml"]


def _sign(report, reader, proof):
    return actions.sign_report(
        report,
        reader=reader,
        revision=report.draft_revision,
        viewed=viewed_by_reader(report),
        proof=proof,
        now=timezone.now(),
    )
