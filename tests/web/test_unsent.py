"""Text of a report that is finished meanwhile is kept beside it; whose key opens the unsent."""

import re

import pytest

from apps.reports.models import ReadingPolicy
from apps.tenants.actions import add_member
from tests.database import committed
from tests.factories import inside, make_recording, make_user
from tests.web.pages import report_of, sign_now

pytestmark = committed

JSON = {"Accept": "application/json"}


@pytest.fixture
def colleague(mercy):
    return make_user(mercy, "reader", full_name="Dr Riya Shah")


def finish(how, client, recording, colleague):
    """By the colleague, while somebody else has the page open."""
    if how == "inadequate":
        address = f"/reports/{report_of(recording).public_id}/repeat"
        assert client.post(address, {"reason": "V2 off"}).status_code == 302
    else:
        organization = recording.organization
        with inside(organization):
            hours = 0 if how == "locked" else 24
            ReadingPolicy.objects.create(organization=organization, lock_hours=hours)
        sign_now(recording, colleague, "Sinus rhythm.")
    assert report_of(recording).status == how


@pytest.mark.parametrize(
    ("how", "more", "status"),
    [("signed", {}, 409), ("locked", {"keep": "1"}, 200), ("inadequate", {}, 409)],
)
def test_what_was_typed_into_a_finished_report_is_kept_beside_it(
    client_of, reader, colleague, recording, how, more, status
):
    client, theirs, before = client_of(reader), client_of(colleague), report_of(recording)
    finish(how, theirs, recording, colleague)
    after = report_of(recording)
    body = {"text": "Flutter, typed on the train.", "revision": before.draft_revision} | more
    answer = client.post(f"/reports/{before.public_id}/draft", body, headers=JSON)
    assert answer.status_code == status
    if status == 409:
        assert "Your text is kept beside the report." in answer.json()["message"]
        assert answer.json()["open"] is False
    for reading in (client, theirs):
        page = reading.get(f"/recordings/{recording.public_id}").content.decode()
        kept = page[page.index('id="kept-drafts-title"') :]
        assert "Flutter, typed on the train.</p>" in kept
        assert "Make this the draft" not in kept
    assert report_of(recording).draft_text == after.draft_text
    assert report_of(recording).status == how


def test_a_finished_report_names_where_the_device_sends_what_is_unsent(
    client_of, reader, technician, recording
):
    report = sign_now(recording, reader)
    address = f"/recordings/{recording.public_id}"
    page = client_of(reader).get(address).content.decode()
    assert f'data-unsent-to="/reports/{report.public_id}/draft"' in page
    assert "data-unsent-note hidden" in page
    assert "data-unsent" not in client_of(technician).get(address).content.decode()


def key_of(client, recording):
    page = client.get(f"/recordings/{recording.public_id}").content.decode()
    key = re.search(r'data-unsent-key="([^"]{44})"', page)[1]
    assert client.get("/drafts/key").json()["key"] == key
    return key


def test_the_key_outlives_a_session_and_is_one_persons_in_one_organization(
    client_of, reader, colleague, mercy, lakeside, recording
):
    client = client_of(reader)
    mine = key_of(client, recording)
    assert key_of(client_of(reader), recording) == mine
    assert key_of(client_of(colleague), recording) != mine
    with inside(lakeside):
        add_member(lakeside, reader, "reader")
    client.post("/organizations", {"organization": lakeside.public_id})
    assert key_of(client, make_recording(lakeside)) != mine


def test_the_token_told_with_the_key_is_the_one_that_writes(reader, recording):
    from django.test import Client

    client, report = Client(enforce_csrf_checks=True), report_of(recording)
    client.force_login(reader)
    answer = client.get("/drafts/key", headers=JSON)
    assert "no-store" in answer.headers["Cache-Control"]
    body = {"text": "AF", "revision": report.draft_revision}
    address = f"/reports/{report.public_id}/draft"
    assert client.post(address, body, headers=JSON).status_code == 403
    token = {"csrfmiddlewaretoken": answer.json()["token"]}
    assert client.post(address, body | token, headers=JSON).status_code == 200
    client.logout()
    assert client.get("/drafts/key", headers=JSON).status_code == 401
