"""Signing by a passkey in place of the password: of exactly what was shown, by its owner."""

from __future__ import annotations

import pytest

from apps.reports.models import Report, Signature
from tests.database import committed
from tests.factories import inside, make_recording, make_user
from tests.web.pages import events, report_of
from tests.web.passkeys import PRESENT, Passkey

pytestmark = committed


@pytest.fixture
def passkey(reader):
    return Passkey(reader)


@pytest.fixture
def desk(client_of, reader):
    return client_of(reader)


def address(recording):
    return f"/reports/{report_of(recording).public_id}/sign"


def page_to_sign(desk, recording, text="Sinus rhythm."):
    report = report_of(recording)
    draft = {"text": text, "revision": report.draft_revision}
    desk.post(f"/reports/{report.public_id}/draft", draft)
    return desk.get(address(recording))


def sign(desk, recording, page, credential):
    shown = {name: page.context[name] for name in ("revision", "viewed")}
    given = shown | {"credential": credential, "meaning": "approval"}
    return desk.post(address(recording), given)


def status_of(recording):
    return Report.Status(report_of(recording).status)


def test_a_passkey_signs_without_account_and_password(desk, recording, passkey, mercy):
    page = page_to_sign(desk, recording)
    answer = sign(desk, recording, page, passkey.answer(page.content.decode()))
    assert answer.status_code == 302
    with inside(mercy):
        assert Signature.objects.get().method == Signature.Method.PASSKEY
    [event] = events(mercy, "reports.report.signed")
    assert '"passkey"' in event.details


def refused(desk, recording, page, credential):
    answer = sign(desk, recording, page, credential)
    assert answer.status_code == 400
    assert "The passkey did not prove" in answer.content.decode()
    assert status_of(recording) == Report.Status.DRAFT


def test_the_answer_for_another_text_or_report_signs_nothing(desk, recording, passkey, mercy):
    before = page_to_sign(desk, recording, "Sinus rhythm.")
    old = passkey.answer(before.content.decode())
    refused(desk, recording, page_to_sign(desk, recording, "Atrial fibrillation."), old)
    other = make_recording(mercy)
    refused(desk, other, page_to_sign(desk, other), old)
    assert len(events(mercy, "reports.signature.refused")) == 2


def test_the_answer_of_another_session_signs_nothing(client_of, reader, recording, passkey):
    there, here = client_of(reader), client_of(reader)
    answer = passkey.answer(page_to_sign(there, recording).content.decode())
    refused(here, recording, here.get(address(recording)), answer)


def test_a_passkey_that_did_not_ask_for_its_owner_signs_nothing(desk, recording, passkey):
    passkey.flags = PRESENT
    page = page_to_sign(desk, recording)
    refused(desk, recording, page, passkey.answer(page.content.decode()))


def test_anothers_passkey_another_origin_or_no_answer_signs_nothing(
    desk, recording, passkey, mercy
):
    page = page_to_sign(desk, recording)
    text = page.content.decode()
    theirs = Passkey(make_user(mercy, "reader"), name=b"somebody else's")
    for credential in (
        theirs.answer(text),
        passkey.answer(text, origin="https://elsewhere.test"),
        "{}",
        "not JSON",
    ):
        refused(desk, recording, page, credential)


def test_who_has_no_passkey_is_not_asked_for_one(desk, recording):
    assert "data-sign-passkey" not in page_to_sign(desk, recording).content.decode()
