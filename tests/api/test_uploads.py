"""Files in parts by the API: announced, addressed, finished, ended, refused with a code."""

from __future__ import annotations

import json

import pytest

from apps.ingestion.models import Ingress
from tests.admin.people import events
from tests.api.keys import Program, make_client, program_of
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import ecg_file
from tests.uploads.sending import parts_of, sha256

pytestmark = committed


@pytest.fixture(autouse=True)
def _small_parts(settings):
    settings.UPLOAD_PART_BYTES = 100_000


def post(program, path, body, **headers):
    return program.send(json.dumps(body).encode(), path, "application/json", **headers)


def announce(program, data, **more):
    key = {"Idempotency_Key": more.pop("key")} if "key" in more else {}
    return post(program, "uploads", {"size": len(data)} | more, **key)


def send_all(program, upload, data):
    parts = parts_of(data, upload["part_size"])
    wanted = [{"number": n, "sha256": sha256(part)} for n, part in parts.items()]
    found = post(program, f"uploads/{upload['id']}/parts", {"parts": wanted}).json()["parts"]
    for part in found:
        assert (part["method"], part["url"][:17]) == ("PUT", "http://testserver")
        answer = Program("").client.put(
            part["url"], parts[part["number"]], "application/octet-stream"
        )
        assert answer.status_code == 204


def test_a_file_in_parts_becomes_its_recording(mercy, drained):
    client, key = make_client(mercy)
    program, data = Program(key), ecg_file()
    upload = announce(program, data, filename="ward.dcm", sha256=sha256(data)).json()
    assert (upload["state"], upload["part_count"], upload["parts"]) == ("open", 2, [])
    send_all(program, upload, data)
    assert program.get(f"uploads/{upload['id']}").json()["parts"] == [1, 2]
    done = post(program, f"uploads/{upload['id']}/complete", {})
    assert (done.status_code, done.json()["sha256"]) == (201, "")
    assert post(program, f"uploads/{upload['id']}/complete", {}).status_code == 200
    drained()
    found = program.get(f"files/{done.json()['id']}").json()
    assert (found["outcome"], found["sha256"]) == ("new", sha256(data))
    assert program.get(f"uploads/{upload['id']}").json()["file"] == found["id"]
    (event,) = events(mercy, "ingestion.file.accepted")
    assert event.client_id == client.pk


def test_the_same_key_is_the_same_upload(mercy):
    program = program_of(mercy)
    first, again = (announce(program, b"an ecg", key="1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    other = announce(program, b"another one", key="1")
    assert (other.status_code, other.json()["field"]) == (422, "Idempotency-Key")


def test_an_upload_that_lacks_parts_says_which(mercy):
    program = program_of(mercy)
    upload = announce(program, ecg_file()).json()
    answer = post(program, f"uploads/{upload['id']}/complete", {"sha256": sha256(ecg_file())})
    assert (answer.status_code, answer.json()["code"]) == (409, "parts-missing")
    assert "part 1, 2 of 2" in answer.json()["detail"]
    with inside(mercy):
        assert not Ingress.objects.exists()


WRONG = {
    "size": {"size": "many"},
    "content": {"size": 9, "content": "music"},
    "sha256": {"size": 9, "sha256": "A" * 64},
    "filename": {"size": 9, "filename": "x" * 256},
    None: {"size": 9, "mrn": "1"},
}


@pytest.mark.parametrize("field", WRONG)
def test_a_field_that_is_wrong_is_named_and_not_repeated(field, mercy):
    answer = post(program_of(mercy), "uploads", WRONG[field])
    assert (answer.status_code, answer.json().get("field")) == (400, field)
    assert b"music" not in answer.content


@pytest.mark.parametrize(("size", "code"), [(0, "file-empty"), (1 << 40, "too-large")])
def test_a_length_that_is_not_taken_is_refused_and_on_the_record(size, code, mercy):
    answer = post(program_of(mercy), "uploads", {"size": size})
    assert (answer.json()["code"], answer.json()["field"]) == (code, "size")
    assert ("32 MB at most" in answer.json().get("detail", "")) is (code == "too-large")
    assert len(events(mercy, "ingestion.file.refused")) == 1


def test_an_upload_that_is_ended_takes_no_parts(mercy):
    program = program_of(mercy)
    upload = announce(program, ecg_file()).json()
    ended = post(program, f"uploads/{upload['id']}/abort", {})
    assert (ended.status_code, ended.json()["state"]) == (200, "aborted")
    part = {"parts": [{"number": 1, "sha256": sha256(b"x")}]}
    answer = post(program, f"uploads/{upload['id']}/parts", part)
    assert (answer.status_code, answer.json()["code"]) == (409, "upload-ended")


def test_an_upload_of_a_page_or_of_another_organization_is_not_here(mercy, lakeside):
    upload = announce(program_of(lakeside), b"an ecg").json()
    assert program_of(mercy).get(f"uploads/{upload['id']}").status_code == 404


def test_beyond_the_limit_none_is_begun_and_the_clients_own_are_listed(mercy, settings):
    settings.UPLOADS_OPEN = 2
    program, other = program_of(mercy), program_of(mercy)
    kept = announce(program, b"an ecg").json()
    answer = announce(program, b"another")
    assert (answer.status_code, answer.json()["code"]) == (409, "uploads-open")
    assert "Finish or end one" in answer.json()["detail"]
    assert len(events(mercy, "ingestion.file.refused")) == 1
    [listed] = program.get("uploads").json()["uploads"]
    assert (listed["id"], listed["size"]) == (kept["id"], 6)
    assert other.get("uploads").json() == {"uploads": []}
    post(program, f"uploads/{kept['id']}/abort", {})
    assert announce(program, b"another").status_code == 201
