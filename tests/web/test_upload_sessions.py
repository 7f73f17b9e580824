"""Uploads in parts from the page: begun, resumed, finished, in words where something is wrong."""

from __future__ import annotations

import uuid

import pytest

from apps.core.errors import RetryableError
from apps.ingestion.models import Ingress, UploadSession
from apps.tenants.models import Organization
from tests.database import committed
from tests.factories import inside, make_user
from tests.isolation.world import make_upload
from tests.uploads.sending import parts_of, sha256
from tests.web.pages import events

pytestmark = committed
DATA = b"0123456789" * 3


@pytest.fixture(autouse=True)
def _small_parts(settings):
    settings.UPLOAD_PART_BYTES = 20


@pytest.fixture
def page(client_of, technician):
    return client_of(technician)


def begin(page, data=DATA, **more):
    fields = {"upload_id": uuid.uuid4(), "name": "ward.dcm", "size": len(data), "content": "ecg"}
    return page.post("/upload/sessions", fields | more)


def send(page, upload, *numbers, data=DATA):
    parts = parts_of(data, upload["part_size"])
    wanted = [f"{number}:{sha256(parts[number])}" for number in numbers]
    found = page.post(f"/upload/sessions/{upload['id']}/parts", {"part": wanted}).json()
    for part in found["parts"]:
        kind = part["headers"]["Content-Type"]
        assert page.put(part["url"], parts[part["number"]], kind).status_code == 204


def complete(page, upload, data=DATA):
    return page.post(f"/upload/sessions/{upload['id']}/complete", {"sha256": sha256(data)})


def test_it_goes_on_where_it_was_and_becomes_one_arrival(page, mercy, technician):
    key = uuid.uuid4()
    upload = begin(page, upload_id=key).json()
    send(page, upload, 2)
    again = begin(page, upload_id=key)
    assert (again.status_code, again.json()["parts"]) == (200, [2])
    assert complete(page, upload).status_code == 409
    send(page, upload, 1)
    answers = [complete(page, upload) for _ in range(2)]
    with inside(mercy):
        row = Ingress.objects.get()
    assert [answer.json()["id"] for answer in answers] == [str(row.public_id)] * 2
    assert (row.sender_id, row.filename, row.source) == (technician.pk, "ward.dcm", "web")
    told = page.get(f"/upload/sessions/{upload['id']}").json()
    assert told["arrival"]["url"] == f"/arrivals/{row.public_id}"
    assert "ward" not in str(told)


WRONG = {
    400: {"size": "some"},
    413: {"size": 1 << 40},
    409: {"upload_id": uuid.UUID(int=5)},
}


@pytest.mark.parametrize("status", WRONG)
def test_what_is_not_taken_is_said_in_words_and_on_the_record(status, page, mercy):
    begin(page, DATA + b"!", upload_id=uuid.UUID(int=5))
    answer = begin(page, **WRONG[status])
    assert answer.status_code == status
    assert len(answer.json()["message"].split()) > 4
    assert len(events(mercy, "ingestion.file.refused")) == 1


@pytest.mark.parametrize(
    "wrong", [{"upload_id": "7"}, {"content": "song"}, {"size": "\u00b2"}, {"size": "-1"}], ids=str
)
def test_an_announcement_that_is_none_is_refused(wrong, page, mercy):
    assert begin(page, **wrong).status_code == 400
    with inside(mercy):
        assert not UploadSession.objects.exists()


def test_doors_that_are_closed_are_said(page, mercy):
    upload = begin(page).json()
    send(page, upload, 1, 2)
    with inside(mercy):
        Organization.objects.filter(pk=mercy.pk).update(is_live=False)
    assert complete(page, upload).status_code in (302, 403)
    with inside(mercy):
        assert not Ingress.objects.exists()


def test_who_may_not_send_announces_nothing(client_of, mercy):
    assert begin(client_of(make_user(mercy, "billing"))).status_code == 403
    with inside(mercy):
        assert not UploadSession.objects.exists()


def test_storage_that_is_away_is_asked_again(page, monkeypatch):
    def away(_announced):
        raise RetryableError("storage-unavailable")

    monkeypatch.setattr("apps.web.views.upload_sessions.begin_upload", away)
    assert begin(page).status_code == 503


def test_an_upload_of_a_program_or_of_another_organization_is_not_here(page, mercy, lakeside):
    for upload in (make_upload(mercy, "api"), make_upload(lakeside, "web")):
        for path in ("", "/parts", "/complete", "/abort"):
            ask = page.post if path else page.get
            assert ask(f"/upload/sessions/{upload.public_id}{path}").status_code == 404


def test_a_page_of_another_organization_takes_parts_by_their_address(page, client_of, stranger):
    """The address is the proof: whoever is signed in beside it does not matter."""
    upload = begin(page).json()
    wanted = {"part": f"1:{sha256(DATA[:20])}"}
    [part] = page.post(f"/upload/sessions/{upload['id']}/parts", wanted).json()["parts"]
    answer = client_of(stranger).put(part["url"], DATA[:20], "application/octet-stream")
    assert answer.status_code == 204


def test_beyond_the_limit_the_page_says_what_to_do_and_lists_what_is_open(page, settings):
    settings.UPLOADS_OPEN = 2
    upload = begin(page).json()
    answer = begin(page)
    assert (answer.status_code, answer.json()["code"]) == (409, "uploads-open")
    assert "Finish or end one" in answer.json()["message"]
    shown = page.get("/upload").content.decode()
    assert shown.count(f'action="/upload/sessions/{upload["id"]}/abort"') == 1
    ended = page.post(f"/upload/sessions/{upload['id']}/abort")
    assert (ended.status_code, ended["Location"]) == (302, "/upload")
    assert "Begun and not finished" not in page.get("/upload").content.decode()
    assert begin(page).status_code == 201


def test_an_upload_of_somebody_else_is_not_listed(page, client_of, mercy):
    begin(page)
    colleague = client_of(make_user(mercy, "technician"))
    assert "Begun and not finished" not in colleague.get("/upload").content.decode()
