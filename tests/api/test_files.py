"""Files by the API: accepted once, followed by their id, refused with a code."""

from __future__ import annotations

import hashlib
import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.errors import RetryableError
from apps.ingestion.models import Ingress
from apps.integrations.api import files
from apps.tenants.models import Site
from tests.admin.people import events
from tests.api.keys import Program, make_client, program_of
from tests.database import committed
from tests.factories import inside, make_ingress, make_recording
from tests.ingestion.archives import packed
from tests.ingestion.files import ecg_file

pytestmark = committed


def only_arrival(organization):
    with inside(organization):
        return Ingress.objects.get()


def test_a_file_is_accepted_at_its_address(mercy):
    client, key = make_client(mercy)
    answer = Program(key).send(b"an ecg")
    row = only_arrival(mercy)
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/files/{row.public_id}"
    assert answer.json()["sha256"] == row.sha256 == hashlib.sha256(b"an ecg").hexdigest()
    assert (row.source, row.sender_id, row.state) == ("api", None, "received")
    (event,) = events(mercy, "ingestion.file.accepted")
    assert event.client_id == client.pk


def test_accepting_asks_the_database_no_more_than_it_must(mercy):
    """Key and type, limit, place of the bytes, what is known of them; the row; who works."""
    program = program_of(mercy)
    program.send(b"one")
    with CaptureQueriesContext(connection) as asked:
        assert program.send(b"another").status_code == 201
    words = ("BEGIN", "COMMIT", 'INSERT INTO "DJANGO_Q')
    counted = [q["sql"] for q in asked if not q["sql"].upper().startswith(words)]
    assert len(counted) <= 7


def test_a_form_with_one_file_is_the_same(mercy):
    file = SimpleUploadedFile("ward.dcm", b"an ecg")
    program = program_of(mercy)
    answer = program.client.post("/api/v1/files", {"file": file})
    assert answer.status_code == 201
    assert only_arrival(mercy).filename == "ward.dcm"


def test_sent_again_under_its_key_it_is_the_same_delivery(mercy):
    program = program_of(mercy)
    first = program.send(b"an ecg", Idempotency_Key="cart 7, 12:30")
    again = program.send(b"an ecg", Idempotency_Key="cart 7, 12:30")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert first.headers["Location"] == again.headers["Location"]
    other = program.send(b"another", Idempotency_Key="cart 7, 12:30")
    assert (other.status_code, other.json()["field"]) == (422, "Idempotency-Key")


def test_a_key_names_deliveries_of_its_client_only(mercy, lakeside):
    senders = [program_of(mercy), program_of(mercy), program_of(lakeside)]
    answers = [program.send(uuid.uuid4().bytes, Idempotency_Key="1") for program in senders]
    assert [answer.status_code for answer in answers] == [201, 201, 201]


def test_without_a_key_each_is_a_delivery_of_its_own(mercy):
    program = program_of(mercy)
    assert [program.send(b"an ecg").status_code for _ in range(2)] == [201, 201]


def test_site_and_priority_come_along(mercy):
    with inside(mercy):
        site = Site.objects.create(organization=mercy, name="Ward 7")
    answer = program_of(mercy).send(path=f"files?priority=stat&site={site.public_id}")
    row = only_arrival(mercy)
    assert (answer.status_code, row.priority, row.site_id) == (201, "stat", site.pk)


WRONG = {
    "?priority=soon": (400, "priority"),
    "?site=ward": (400, "site"),
    "?mrn=1": (400, None),
    "?priority=stat&priority=stat": (400, "priority"),
}


@pytest.mark.parametrize("query", WRONG)
def test_a_wrong_parameter_is_named_and_nothing_is_kept(query, mercy):
    answer = program_of(mercy).send(path=f"files{query}")
    assert (answer.status_code, answer.json().get("field")) == WRONG[query]
    with inside(mercy):
        assert not Ingress.objects.exists()


def test_an_empty_file_is_refused_and_on_the_record(mercy):
    client, key = make_client(mercy)
    answer = Program(key).send(b"")
    assert (answer.status_code, answer.json()["code"]) == (400, "file-empty")
    (event,) = events(mercy, "ingestion.file.refused")
    assert event.client_id == client.pk


@pytest.mark.parametrize("name", ["x" * 256, "caf\u00e9", "a\tb"])
def test_a_key_that_is_no_name_is_refused(name, mercy):
    answer = program_of(mercy).send(Idempotency_Key=name)
    assert (answer.status_code, answer.json()["field"]) == (400, "Idempotency-Key")


def test_half_a_file_is_no_file(mercy):
    half = {"wsgi.input": io.BytesIO(b"half")}
    answer = program_of(mercy).client.post(
        "/api/v1/files", b"", content_type="application/dicom", CONTENT_LENGTH="8", **half
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "body-incomplete")
    with inside(mercy):
        assert not Ingress.objects.exists()


def test_a_form_without_its_file_is_refused(mercy):
    answer = program_of(mercy).client.post("/api/v1/files", {"other": "1"})
    assert (answer.status_code, answer.json()["field"]) == (400, "file")


@pytest.mark.parametrize("form", [False, True])
def test_more_than_a_file_may_have_is_refused(form, mercy, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    program = program_of(mercy)
    body = b"x" * 1001
    answer = (
        program.client.post("/api/v1/files", {"file": SimpleUploadedFile("a", body)})
        if form
        else program.send(body)
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert program.send(b"x" * 1000).status_code == 201


def test_storage_that_is_away_asks_to_come_again(mercy, monkeypatch):
    def away(**_):
        raise RetryableError("storage-unavailable")

    monkeypatch.setattr(files, "accept", away)
    answer = program_of(mercy).send()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")


def test_a_file_is_followed_to_its_recording(mercy, drained):
    program = program_of(mercy)
    sent = program.send(ecg_file()).json()
    assert (sent["state"], sent["recording"]) == ("received", None)
    drained()
    found = program.get(f"files/{sent['id']}").json()
    assert (found["state"], found["outcome"]) == ("done", "new")
    assert program.get(f"recordings/{found['recording']}").status_code == 200


def test_sent_again_later_it_is_told_as_it_stands(mercy, drained):
    program = program_of(mercy)
    sent = program.send(ecg_file(), Idempotency_Key="1").json()
    drained()
    again = program.send(ecg_file(), Idempotency_Key="1")
    assert again.status_code == 200
    assert again.json() == program.get(f"files/{sent['id']}").json()
    assert again.json()["recording"]


def test_a_file_that_is_there_already_is_a_duplicate_of_its_recording(mercy, drained):
    program = program_of(mercy)
    names = [program.send(ecg_file()).json()["id"] for _ in range(2)]
    drained()
    first, second = (program.get(f"files/{name}").json() for name in names)
    assert (first["state"], second["state"]) == ("done", "duplicate")
    assert (second["outcome"], second["recording"]) == ("same_bytes", first["recording"])


def test_a_file_that_is_no_ecg_says_why(mercy, drained):
    program = program_of(mercy)
    sent = program.send(b"not an ecg").json()
    drained()
    found = program.get(f"files/{sent['id']}").json()
    assert found["state"] == "quarantined"
    assert found["code"]
    assert found["message"]
    assert found["recording"] is None


def test_files_of_every_door_can_be_followed(mercy):
    recording = make_recording(mercy)
    row = make_ingress(mercy, source="web", state="done", recording=recording)
    found = program_of(mercy, "files:read").get(f"files/{row.public_id}").json()
    assert found["recording"] == str(recording.public_id)
    assert "filename" not in found


def test_the_files_out_of_an_archive_are_named_to_be_followed(mercy, drained):
    program = program_of(mercy)
    sent = program.send(packed({"a.dcm": ecg_file(), "notes.txt": b"Rota"})).json()
    assert sent["members"] == []
    drained()
    found = program.get(f"files/{sent['id']}").json()
    assert (found["outcome"], len(found["members"])) == ("unpacked", 2)
    members = [program.get(f"files/{name}").json() for name in found["members"]]
    assert [one["state"] for one in members] == ["done", "quarantined"]
