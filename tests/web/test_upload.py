"""The web door: every file sent is answered for, in words, with and without scripts."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.core.errors import RetryableError
from apps.ingestion.models import Ingress
from apps.ingestion.uploads import MemoryHandler
from apps.tenants.models import Site
from tests.database import committed
from tests.factories import inside, make_user
from tests.formats.ecgs import waveform
from tests.formats.writers.wfdb import wfdb_files
from tests.web.pages import events

pytestmark = committed

JSON = {"Accept": "application/json"}


def file(content=b"some bytes", name="one.dcm"):
    return SimpleUploadedFile(name, content)


def send(client, *files, json=True, **more):
    headers = JSON if json else {}
    return client.post("/upload/files", {"file": list(files), **more}, headers=headers)


def arrivals(organization):
    with inside(organization):
        return list(Ingress.objects.select_related("site").order_by("id"))


@pytest.mark.parametrize("who", ["technician", "reader", "admin_user"])
def test_a_script_sends_one_file_and_is_told_where_to_follow_it(client_of, mercy, request, who):
    client = client_of(request.getfixturevalue(who))
    response = send(client, file())
    assert response.status_code == 201
    (row,) = arrivals(mercy)
    assert response.json() == {
        "id": str(row.public_id),
        "url": f"/arrivals/{row.public_id}",
        "status_url": f"/arrivals/{row.public_id}/status",
        "state": "working",
        "message": "",
    }
    assert (row.filename, row.size, row.source) == ("one.dcm", 10, "web")


def test_the_plain_form_sends_several_files_with_site_and_priority(client_of, technician, mercy):
    with inside(mercy):
        site = Site.objects.create(organization=mercy, name="Ward 7")
    client = client_of(technician)
    response = send(
        client,
        file(b"1", "a.dcm"),
        file(b"2", "b.dcm"),
        json=False,
        site=site.public_id,
        priority="stat",
    )
    assert response.url == "/upload"
    rows = arrivals(mercy)
    assert [(row.filename, row.priority, row.site.name) for row in rows] == [
        ("a.dcm", "stat", "Ward 7"),
        ("b.dcm", "stat", "Ward 7"),
    ]
    page = client.get("/upload").content.decode()
    assert "a.dcm" in page
    assert "b.dcm" in page


def record(*names):
    files = wfdb_files(waveform())
    return [file(files[name], name) for name in names or files]


def test_the_files_of_one_record_sent_together_are_one_arrival(client_of, technician, mercy):
    client, key = client_of(technician), uuid.uuid4()
    answer = send(client, *record(), upload_id=key)
    assert answer.status_code == 201
    (row,) = arrivals(mercy)
    assert (row.filename, row.size > 60_000) == ("record.hea", True)
    again = send(client, *record("record.dat", "record.hea"), upload_id=key)
    assert again.json()["id"] == answer.json()["id"]


def test_a_header_without_its_signal_file_and_another_file_stay_two(client_of, technician, mercy):
    send(client_of(technician), *record("record.hea"), file(b"1", "a.dcm"), json=False)
    assert [row.filename for row in arrivals(mercy)] == ["record.hea", "a.dcm"]


def test_the_same_upload_sent_again_is_one_arrival(client_of, technician, mercy):
    client, key = client_of(technician), uuid.uuid4()
    one = send(client, file(), upload_id=key).json()
    two = send(client, file(), upload_id=key).json()
    assert one["id"] == two["id"]
    assert len(arrivals(mercy)) == 1
    clash = send(client, file(b"other bytes"), upload_id=key)
    assert clash.status_code == 409


def test_an_empty_file_is_refused_in_words(client_of, technician, mercy):
    client = client_of(technician)
    response = send(client, file(b""))
    assert (response.status_code, response.json()["message"]) == (
        400,
        "The file is empty. Export it again.",
    )
    page = send(client, file(b"", "empty.dcm"), json=False)
    assert page.status_code == 400
    assert "<b>empty.dcm</b>" in page.content.decode()
    assert arrivals(mercy) == []
    assert len(events(mercy, "ingestion.file.refused")) == 2


def test_no_file_at_all_is_refused_in_words(client_of, technician):
    assert send(client_of(technician)).status_code == 400


def test_a_file_too_large_is_refused_and_not_kept(client_of, technician, mercy, settings):
    settings.MAX_UPLOAD_BYTES = 1024 * 1024
    response = send(client_of(technician), file(b"x" * (1024 * 1024 + 1)))
    assert response.status_code == 413
    assert "larger than 1 MB" in response.json()["message"]
    assert arrivals(mercy) == []


def test_beside_a_file_too_large_the_others_are_kept(client_of, technician, mercy, settings):
    settings.MAX_UPLOAD_BYTES = 1024 * 1024
    large, small = file(b"x" * (1024 * 1024 + 1), "large.dcm"), file(b"y", "small.dcm")
    response = send(client_of(technician), large, small, json=False)
    assert response.status_code == 413
    assert [row.filename for row in arrivals(mercy)] == ["small.dcm"]


def test_when_storage_is_away_the_sender_is_asked_to_try_again(client_of, technician, monkeypatch):
    def away(**_):
        raise RetryableError("storage-unavailable")

    monkeypatch.setattr("apps.web.views.upload.accept", away)
    response = send(client_of(technician), file())
    assert response.status_code == 503
    assert "Send it again in a minute." in response.json()["message"]


def test_a_site_of_another_organization_is_not_there(client_of, technician, lakeside, mercy):
    with inside(lakeside):
        site = Site.objects.create(organization=lakeside, name="Elsewhere")
    assert send(client_of(technician), file(), site=site.public_id).status_code == 404
    assert arrivals(mercy) == []


def test_who_may_not_send_is_refused_before_anything_is_kept(client_of, mercy):
    assert send(client_of(make_user(mercy, "billing")), file()).status_code == 403
    assert arrivals(mercy) == []


def test_without_a_token_nothing_is_kept(technician, mercy):
    client = Client(enforce_csrf_checks=True)
    client.force_login(technician)
    assert send(client, file()).status_code == 403
    assert arrivals(mercy) == []


def test_a_stranger_to_the_platform_is_not_let_in(client):
    assert send(client, file()).status_code == 401
    assert send(client, file(), json=False).url == "/sign-in"


def test_bytes_over_the_limit_are_dropped_and_the_file_is_marked():
    handler = MemoryHandler(limit=10)
    handler.new_file("file", "a", "x", None)
    handler.receive_data_chunk(b"12345678", 0)
    handler.receive_data_chunk(b"9012345", 8)
    handler.receive_data_chunk(b"6", 15)
    done = handler.file_complete(16)
    assert (done.too_large, done.read()) == (True, b"")


def test_one_form_holds_no_more_than_twice_the_limit():
    handler = MemoryHandler(limit=10)
    marks = []
    for _ in range(3):
        handler.new_file("file", "a", "x", None)
        handler.receive_data_chunk(b"1234567890", 0)
        marks.append(handler.file_complete(10).too_large)
    assert marks == [False, False, True]
