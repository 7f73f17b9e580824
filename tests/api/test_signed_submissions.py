"""Signed submissions and uploads in parts: what does not hold is kept and rejected by its code."""

from __future__ import annotations

import hashlib
import json

import pytest

from apps.ingestion.models import Ingress
from apps.integrations.models import FetchHost, Submission
from apps.tenants import blobs
from tests.api.keys import Program, make_client
from tests.api.signing import Device
from tests.api.submitting import document, headers_of, plain
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import ecg_file

pytestmark = committed

PLAIN, FHIR = "/api/v1/submissions", "/api/v1/fhir/r4/$submit-ecg"
KINDS = {PLAIN: "application/json", FHIR: "application/fhir+json"}


@pytest.fixture
def ehr(mercy):
    client, key = make_client(mercy)
    return Device().enrolled(client), key


def submit(ehr, path, body, sent=None):
    device, key = ehr
    named = {name.replace("-", "_"): value for name, value in headers_of(key).items()}
    headers = device.headers(path, body, **named)
    return Program(key).client.post(
        path, body if sent is None else sent, content_type=KINDS[path], headers=headers
    )


def arrival(organization):
    with inside(organization):
        return Ingress.objects.select_related("signing_key").get()


@pytest.mark.parametrize("path", KINDS)
def test_a_signed_submission_is_known_to_be_its_senders(path, mercy, ehr, drained):
    form = plain if path == PLAIN else document
    answer = submit(ehr, path, json.dumps(form(ecg_file())).encode())
    assert answer.status_code == 202, answer.content
    drained()
    row = arrival(mercy)
    assert (row.outcome, row.signing_key.fingerprint) == ("new", ehr[0].key_id)


def test_a_changed_submission_is_kept_and_rejected(mercy, ehr, drained):
    body = json.dumps(plain(ecg_file(), accession_number="A-17")).encode()
    answer = submit(ehr, PLAIN, body, body.replace(b"A-17", b"A-18"))
    assert answer.status_code == 202
    drained()
    said = Program(ehr[1]).client.get(answer.headers["Location"]).json()
    assert (said["status"], said["code"]) == ("rejected", "payload-altered")
    assert arrival(mercy).sha256 == hashlib.sha256(ecg_file()).hexdigest()
    good = submit(ehr, PLAIN, body)
    assert good.headers["Location"] != answer.headers["Location"]


def test_what_cannot_be_read_any_more_is_kept_as_it_came(mercy, ehr):
    body = json.dumps(plain()).encode()
    assert submit(ehr, PLAIN, body, body[:-1] + b"]").status_code == 202
    assert blobs.get(mercy.pk, "raw", arrival(mercy).sha256) == body[:-1] + b"]"


def test_what_is_fetched_is_of_the_key_that_asked_for_it(mercy, ehr):
    with inside(mercy):
        FetchHost.objects.create(organization=mercy, host="files.example")
    body = json.dumps({"url": "https://files.example/ecg/31"}).encode()
    assert submit(ehr, PLAIN, body).status_code == 202
    with inside(mercy):
        row = Submission.objects.select_related("signing_key").get()
    assert row.signing_key.fingerprint == ehr[0].key_id


def test_nothing_is_fetched_for_a_signature_that_does_not_hold(mercy, ehr):
    with inside(mercy):
        FetchHost.objects.create(organization=mercy, host="files.example")
    body = json.dumps({"url": "https://files.example/ecg/31"}).encode()
    answer = submit(ehr, PLAIN, body, body.replace(b"31", b"32"))
    assert (answer.status_code, answer.json()["code"]) == (403, "signature-not-valid")
    with inside(mercy):
        assert not Submission.objects.exists()


def test_an_upload_in_parts_is_signed_at_its_end(mercy, ehr):
    device, key = ehr
    data = b"a log\n" * 50
    digest = hashlib.sha256(data).hexdigest()
    program, kind = Program(key), "application/json"
    begun = program.send(json.dumps({"size": len(data), "content": "log"}), "uploads", kind)
    where = begun.headers["Location"]
    part = {"parts": [{"number": 1, "sha256": digest}]}
    (place,) = program.client.post(f"{where}/parts", part, content_type=kind).json()["parts"]
    sent = program.client.put(
        place["url"], data, content_type="application/octet-stream", headers=place["headers"]
    )
    assert sent.status_code in (200, 201, 204), sent.content
    for body, status in ((b"{}", 400), (json.dumps({"sha256": digest}).encode(), 201)):
        headers = device.headers(f"{where}/complete", body)
        answer = program.client.post(f"{where}/complete", body, content_type=kind, headers=headers)
        assert answer.status_code == status, answer.content
    assert arrival(mercy).signing_key.fingerprint == device.key_id
