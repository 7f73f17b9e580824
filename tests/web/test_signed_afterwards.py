"""On pages: lock, unlock, addendum, retraction, and text that came too late."""

from __future__ import annotations

import json

import pytest

from apps.reports.models import KeptDraft, ReadingPolicy, Retraction
from tests.database import committed
from tests.factories import PASSWORD, inside, make_user
from tests.reports.signing import approve, ask_to_retract, sign_recording
from tests.web.pages import account_of, events, report_of
from tests.web.test_lifecycle import signing
from tests.web.test_worklist import listed

pytestmark = committed

JSON = {"Accept": "application/json"}


@pytest.fixture
def second(mercy):
    return make_user(mercy, "administrator", full_name="Dr Second Person")


@pytest.fixture
def lock_at_once(mercy):
    with inside(mercy):
        ReadingPolicy.objects.create(organization=mercy, lock_hours=0)


def page_of(client, recording):
    return client.get(f"/recordings/{recording.public_id}").content.decode()


def hidden(page, name):
    return page.split(f'name="{name}" value="')[1].split('"')[0]


def prove(client, address, **given):
    page = client.get(address).content.decode()
    body = {"viewed": hidden(page, "viewed"), "username": account_of(client)}
    return client.post(address, body | {"password": PASSWORD} | given)


def test_when_reports_lock_is_set_on_the_page_of_how_we_read(client_of, admin_user, mercy):
    client = client_of(admin_user)
    assert client.post("/reading/locks", {"lock_hours": "721"}).status_code == 400
    client.post("/reading/locks", {"lock_hours": "4"})
    with inside(mercy):
        policy = ReadingPolicy.objects.get()
        assert (policy.lock_hours, policy.locks_when_acknowledged) == (4, False)
    assert 'value="4"' in client.get("/reading").content.decode()


def test_a_locked_report_says_so_and_one_reason_unlocks_and_amends_it(
    client_of, reader, recording, mercy, lock_at_once
):
    sign_recording(recording, reader)
    client, report = client_of(reader), report_of(recording)
    assert "Locked. Changes need an amendment." in page_of(client, recording)
    client.post(f"/reports/{report.public_id}/amend", {"reason": "Axis misread"})
    assert report_of(recording).status == "amending"
    assert len(events(mercy, "reports.report.unlocked")) == 1


def test_an_administrator_unlocks_for_a_reader(client_of, second, reader, recording, lock_at_once):
    sign_recording(recording, reader)
    client, report = client_of(second), report_of(recording)
    assert "Begin amendment" not in page_of(client, recording)
    client.post(f"/reports/{report.public_id}/unlock", {"reason": "Dr Ada asked"})
    assert report_of(recording).status == "signed"
    assert "Dr Ada asked" in page_of(client_of(reader), recording)


def test_an_addendum_is_written_then_signed_as_it_was_shown(client_of, reader, recording):
    sign_recording(recording, reader, "Sinus rhythm.")
    client, report = client_of(reader), report_of(recording)
    written = client.post(f"/reports/{report.public_id}/addendum", {"text": "Compared with 2019."})
    address = client.get(written.url).url
    assert "Compared with 2019." in client.get(address).content.decode()
    assert "is not signed, written" in page_of(client, recording)
    assert prove(client, address, password="wrong").status_code == 400
    assert prove(client, address, viewed="0" * 64).status_code == 409
    assert prove(client, address).status_code == 302
    page = page_of(client, recording)
    assert "<h3>Addendum</h3>" in page
    assert "“Author of the addendum”" in page
    assert prove(client, address).status_code == 409


def test_a_retraction_takes_a_second_person_and_is_marked_everywhere(
    client_of, reader, second, recording
):
    sign_recording(recording, reader)
    client, report = client_of(reader), report_of(recording)
    client.post(f"/reports/{report.public_id}/retraction", {"reason": "Labels swapped"})
    with inside(recording.organization):
        address = f"/retractions/{Retraction.objects.get().public_id}"
    assert "another person approves" in client.get(address).content.decode()
    assert prove(client, address).status_code == 409
    approver = client_of(second)
    assert address in approver.get("/retractions").content.decode()
    assert prove(approver, address, do="approve").status_code == 302
    assert "Entered in error: this report is of another patient." in page_of(client, recording)
    assert 'class="report-text struck"' in page_of(client, recording)
    row = client.get("/worklist?status=signed")
    assert listed(row) == [str(recording.public_id)]
    assert 'class="struck"' in row.content.decode()
    patient = client.get(f"/patients/{recording.patient.public_id}").content.decode()
    assert "Retracted: wrong patient" in patient
    assert listed(client.get("/worklist")) == []


def test_who_asked_takes_it_back(client_of, reader, recording, mercy):
    sign_recording(recording, reader)
    asked = ask_to_retract(recording, reader)
    client = client_of(reader)
    client.post(f"/retractions/{asked.public_id}", {"do": "refuse"})
    assert "Said to be of the wrong patient" not in page_of(client, recording)
    assert len(events(mercy, "reports.retraction.refused")) == 1


def test_the_trail_of_a_report_shows_every_step(client_of, second, reader, recording):
    sign_recording(recording, reader)
    approve(ask_to_retract(recording, reader), second)
    page = client_of(second).get(f"/audit?report={report_of(recording).public_id}")
    told = page.content.decode()
    for words in ("Retraction asked for: wrong patient", "approved by a second person"):
        assert words in told
    assert "as its events tell it: <b>Retracted: wrong patient</b>, 2 signed versions" in told
    assert "What is stored of the versions is what was signed." in told


def test_the_first_signing_of_a_session_names_the_account_the_next_does_not(
    client_of, reader, recording, mercy
):
    client = client_of(reader)
    draft = f"/reports/{report_of(recording).public_id}/draft"
    client.post(draft, {"text": "Normal ECG.", "revision": "1"})
    for wrong in ("", "other@example.test"):
        page, refused = signing(client, recording, username=wrong)
        assert "E-mail address you sign in with" in page
        assert refused.status_code == 400
    assert signing(client, recording)[1].status_code == 302
    client.post(f"/reports/{report_of(recording).public_id}/amend", {"reason": "Axis"})
    page, again = signing(client, recording, username="")
    assert "E-mail address you sign in with" not in page
    assert again.status_code == 302


@pytest.mark.parametrize(("meaning", "status"), [("responsibility", 302), ("retraction", 400)])
def test_what_a_signature_means_is_one_of_a_list(client_of, reader, recording, meaning, status):
    client = client_of(reader)
    draft = f"/reports/{report_of(recording).public_id}/draft"
    client.post(draft, {"text": "Normal ECG.", "revision": "1"})
    page, answer = signing(client, recording, meaning=meaning)
    assert '<option value="authorship">' in page
    assert answer.status_code == status


def test_typing_on_after_a_refusal_is_kept_and_may_become_the_draft(client_of, reader, recording):
    other = make_user(recording.organization, full_name="Dr Riya Shah")
    sign_recording(recording, other)
    client, address = client_of(reader), f"/reports/{report_of(recording).public_id}/draft"
    late = {"text": "Mine", "revision": "1"}
    refused = client.post(address, late, headers=JSON)
    assert refused.status_code == 409
    assert "Changed while you read it: version 1 by Dr Riya Shah" in refused.json()["message"]
    assert refused.json()["open"] is False
    more = client.post(address, late | {"text": "Mine, and more", "keep": "1"}, headers=JSON)
    assert json.loads(more.content)["kept_at"]
    with inside(recording.organization):
        texts = KeptDraft.objects.filter(author=reader).values_list("text", flat=True)
        assert list(texts) == ["Mine, and more", "Mine"]
    page = page_of(client, recording)
    assert "Mine, and more" in page


def test_what_changed_before_signing_is_named_and_the_text_is_kept(client_of, reader, recording):
    client, address = client_of(reader), f"/reports/{report_of(recording).public_id}/draft"
    client.post(address, {"text": "Mine", "revision": "1"})
    other = make_user(recording.organization, full_name="Dr Riya Shah")
    page = client.get(address.replace("draft", "sign")).content.decode()
    sign_recording(recording, other, "Hers")
    shown = {name: hidden(page, name) for name in ("revision", "viewed")}
    proof = {"username": account_of(client), "password": PASSWORD, "text": "Mine"}
    clash = client.post(address.replace("draft", "sign"), shown | proof)
    assert clash.status_code == 409
    said = clash.content.decode()
    assert "Changed while you read it: version 1 by Dr Riya Shah" in said
    assert "Nothing was signed." in said
    assert "Keep mine as draft" in said
