"""Too many requests and too large ones: refused in words, for that organization only."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.tenants.model_limits import Door
from tests.admin.people import events
from tests.api.keys import program_of
from tests.database import committed

pytestmark = committed

WRONG = {"username": "nobody@example.test", "password": "wrong"}


@pytest.fixture
def few(settings):
    settings.LIMITS_PER_MINUTE = dict.fromkeys(Door.values, 3)


def last_of(times, ask):
    return [ask() for _ in range(times)][-1]


def test_pages_are_refused_to_the_hasty_organization_only(few, client_of, reader, stranger):
    hasty, other = client_of(reader), client_of(stranger)
    answer = last_of(4, lambda: hasty.get("/worklist"))
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert b"Too many requests" in answer.content
    assert other.get("/worklist").status_code == 200


def test_a_colleague_shares_the_limit(few, client_of, reader, technician):
    last_of(3, lambda: client_of(reader).get("/worklist"))
    assert client_of(technician).get("/arrivals").status_code == 429


def test_a_script_hears_a_sentence(few, client_of, reader):
    client = client_of(reader)
    answer = last_of(4, lambda: client.get("/worklist", headers={"Accept": "application/json"}))
    assert answer.status_code == 429
    assert answer.json()["message"].startswith("Your organization sent very many requests")


def test_uploads_and_pages_count_apart(few, client_of, reader):
    client = client_of(reader)

    def upload():
        return client.post("/upload/files", {"file": SimpleUploadedFile("a.dcm", b"an ecg")})

    assert [upload().status_code for _ in range(4)] == [302, 302, 302, 429]
    assert client.get("/worklist").status_code == 200


def test_the_api_counts_apart_and_answers_with_a_problem(few, mercy, lakeside, client_of, reader):
    program = program_of(mercy)
    answer = last_of(4, lambda: program.get("recordings"))
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-requests")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert int(answer.headers["Retry-After"]) >= 1
    assert program_of(mercy).get("recordings").status_code == 429
    assert program_of(lakeside).get("recordings").status_code == 200
    assert client_of(reader).get("/worklist").status_code == 200


def test_signing_in_counts_for_the_address(few, client_of, reader, settings):
    settings.TRUSTED_PROXIES = 1

    def sign_in(address):
        return Client(headers={"X-Forwarded-For": address}).post("/sign-in", WRONG).status_code

    assert [sign_in("192.0.2.1") for _ in range(4)] == [400, 400, 400, 429]
    assert sign_in("198.51.100.9, 192.0.2.1") == 429
    assert sign_in("192.0.2.2") == 400
    assert [sign_in(f"2001:db8::{host}") for host in range(4)] == [400, 400, 400, 429]
    assert sign_in("2001:db8:0:1::1") == 400
    assert client_of(reader).get("/worklist").status_code == 200


def test_without_a_proxy_the_header_is_not_believed(few):
    answers = [
        Client(headers={"X-Forwarded-For": f"192.0.2.{n}"}).post("/sign-in", WRONG).status_code
        for n in range(4)
    ]
    assert answers == [400, 400, 400, 429]


def test_guessing_keys_counts_for_the_address(few, mercy):
    def guess():
        return Client(headers={"Authorization": "Bearer ein_x"}).get("/api/v1/recordings")

    assert [guess().status_code for _ in range(4)] == [401, 401, 401, 429]
    assert program_of(mercy).get("recordings").status_code == 200


def test_refusals_are_one_event_and_not_one_each(few, mercy, client_of, reader):
    client = client_of(reader)
    last_of(20, lambda: client.get("/worklist"))
    codes = [event.code for event in events(mercy)]
    assert codes.count("tenants.limit.reached") == 1
    assert "web.request.refused" not in codes


@pytest.mark.parametrize("path", ["/sign-in", "/organizations", "/api/v1/recordings"])
def test_a_large_body_is_refused_before_it_is_read(path, mercy, settings):
    settings.MAX_BODY_BYTES = 1000
    program = program_of(mercy)
    for size, refused in ((1000, False), (1001, True)):
        answer = program.client.post(path, b"x" * size, content_type="text/plain")
        assert (answer.status_code == 413) is refused


def test_the_refusal_of_a_large_body_is_a_sentence(client_of, reader, settings):
    settings.MAX_BODY_BYTES = 10
    answer = client_of(reader).post("/organizations", {"organization": "x" * 100})
    assert b"larger than this page takes" in answer.content


def test_a_body_of_no_stated_length_is_refused(mercy):
    answer = program_of(mercy).send(Transfer_Encoding="chunked")
    assert (answer.status_code, answer.json()["code"]) == (411, "length-required")


def test_whoever_sends_a_part_that_is_too_long_hears_a_sentence(client, settings):
    settings.UPLOAD_PART_BYTES = 10
    answer = client.put(f"/staging/{'0' * 32}/1", b"11 bytes it")
    assert answer.status_code == 413
    assert answer.json()["message"].startswith("What was sent is larger")
