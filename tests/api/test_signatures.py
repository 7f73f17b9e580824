"""Signed requests: what holds is known to be its device's, what does not is kept and held."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from apps.core import leases
from apps.ingestion.malware import may_be_opened
from apps.ingestion.models import Ingress, ProcessingRules
from apps.ingestion.quarantine import release
from apps.tenants.models import SigningKey
from apps.tenants.signing_keys import retire_signing_key, revoke_signing_key
from tests.api.keys import Program, make_client
from tests.api.signing import Device
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import ecg_file

pytestmark = committed

PATH = "/api/v1/files"


@pytest.fixture
def client_and_program(mercy):
    client, key = make_client(mercy)
    return client, Program(key)


def send(program, headers, body=b"an ecg", path=PATH):
    return program.client.post(path, body, content_type="application/octet-stream", headers=headers)


def arrivals(organization):
    with inside(organization):
        return list(Ingress.objects.select_related("signing_key").order_by("id"))


def test_a_signed_file_is_known_to_be_its_devices(mercy, client_and_program, drained):
    client, program = client_and_program
    device, body = Device().enrolled(client), ecg_file()
    answer = send(program, device.headers(PATH, body, Idempotency_Key="cart-7/1"), body)
    assert answer.status_code == 201, answer.content
    drained()
    (row,) = arrivals(mercy)
    assert (row.outcome, row.signature_code) == ("new", "")
    assert row.signing_key.fingerprint == device.key_id


def altered(device, program):
    return send(program, device.headers(PATH, b"an ecg"), b"an Ecg")


def moved(device, program):
    return send(program, device.headers("/api/v1/uploads", b"an ecg"))


def unknown(_device, program):
    return send(program, Device().headers(PATH, b"an ecg"))


def retired(device, program):
    key = SigningKey.objects.get(fingerprint=device.key_id)
    retire_signing_key(key, by=None, now=timezone.now() - dt.timedelta(seconds=5))
    return send(program, device.headers(PATH, b"an ecg"))


def revoked(device, program):
    headers = device.headers(PATH, b"an ecg")
    revoke_signing_key(
        SigningKey.objects.get(fingerprint=device.key_id), by=None, now=timezone.now()
    )
    return send(program, headers)


HELD = {
    altered: "payload-altered",
    moved: "signature-false",
    unknown: "signature-key-unknown",
    retired: "signature-key-retired",
    revoked: "signature-key-revoked",
}


def test_what_does_not_hold_is_kept_and_held_with_its_code(mercy, drained):
    for doing in HELD:
        client, key = make_client(mercy)
        device = Device().enrolled(client)
        with inside(mercy):
            answer = doing(device, Program(key))
        assert answer.status_code == 201, answer.content
    drained()
    rows = arrivals(mercy)
    assert [row.error_code for row in rows] == [*HELD.values()]
    assert {row.state for row in rows} == {"quarantined"}
    assert {row.refusal_field for row in rows} == {"signature"}
    assert [row.signing_key for row in rows if row.error_code != "payload-altered"] == [None] * 4


def test_what_was_signed_before_its_key_retired_holds(mercy, client_and_program, drained):
    client, program = client_and_program
    device, body = Device().enrolled(client), ecg_file()
    headers = device.headers(PATH, body)
    with inside(mercy):
        key = SigningKey.objects.get(fingerprint=device.key_id)
        retire_signing_key(key, by=None, now=timezone.now() + dt.timedelta(seconds=5))
    assert send(program, headers, body).status_code == 201
    drained()
    assert [row.signature_code for row in arrivals(mercy)] == [""]


def test_a_person_lets_a_held_file_go_on_and_nobody_else(
    mercy, client_and_program, drained, admin_user
):
    _, program = client_and_program
    body = ecg_file()
    send(program, Device().headers(PATH, body), body)
    drained()
    (row,) = arrivals(mercy)
    with inside(mercy):
        assert leases.replay(row)
    drained()
    (row,) = arrivals(mercy)
    assert row.error_code == "signature-key-unknown"
    with inside(mercy):
        release(row, reason="Its key is on the way", by=admin_user, now=timezone.now())
    drained()
    (row,) = arrivals(mercy)
    assert (row.outcome, row.released_code) == ("new", "signature-key-unknown")


def test_a_release_of_a_signature_opens_no_unscanned_file():
    holding = ProcessingRules(unscanned=ProcessingRules.Unscanned.HOLD)
    for code, opens in (("payload-altered", False), ("not-scanned", True)):
        row = Ingress(antivirus="not_scanned", released_at=timezone.now(), released_code=code)
        assert may_be_opened(row, holding) is opens


REFUSED = {
    "stale": ({"created": timezone.now() - dt.timedelta(minutes=6)}, 403, "request-stale"),
    "ahead": ({"created": timezone.now() + dt.timedelta(days=1)}, 403, "request-stale"),
    "short nonce": ({"nonce": "again"}, 400, "nonce-missing"),
}


def test_a_request_that_is_not_fresh_is_refused(mercy, client_and_program):
    client, program = client_and_program
    device = Device().enrolled(client)
    for doubt, (changed, status, code) in REFUSED.items():
        answer = send(program, device.headers(PATH, b"an ecg", **changed))
        assert (answer.status_code, answer.json()["code"]) == (status, code), doubt
    assert arrivals(mercy) == []


def test_a_signed_request_is_made_once(mercy, client_and_program):
    client, program = client_and_program
    device = Device().enrolled(client)
    headers = device.headers(PATH, b"an ecg", Idempotency_Key="1")
    assert send(program, headers).status_code == 201
    assert send(program, headers).json()["code"] == "request-replayed"
    anew = send(program, device.headers(PATH, b"an ecg", Idempotency_Key="1"))
    assert anew.status_code == 200
    assert len(arrivals(mercy)) == 1


def test_a_held_delivery_takes_no_name_from_a_good_one(mercy, client_and_program):
    client, program = client_and_program
    device = Device().enrolled(client)
    forged = device.headers(PATH, b"an ecg", Idempotency_Key="1")
    ids = {send(program, forged, b"an Ecg").json()["id"]}
    assert len(ids) == 1
    good = send(program, device.headers(PATH, b"an ecg", Idempotency_Key="1"))
    assert good.status_code == 201


def test_everything_that_says_what_is_meant_is_covered(client_and_program):
    client, program = client_and_program
    device = Device().enrolled(client)
    signed = device.headers(PATH, b"an ecg")
    for added, path in (({"Idempotency-Key": "2"}, PATH), ({}, f"{PATH}?priority=stat")):
        answer = send(program, signed | added, path=path)
        assert (answer.status_code, answer.json()["code"]) == (400, "signature-incomplete")


MALFORMED = {
    "Signature-Input": ("", "Smith", 'a=("@method")', "a=1", 'a=("@method");created="1"'),
    "Content-Digest": ("", "Smith", "sha-512=:YQ==:"),
}


def test_what_is_no_signature_is_refused_by_its_field(mercy, client_and_program):
    client, program = client_and_program
    good = Device().enrolled(client).headers(PATH, b"an ecg")
    for name, texts in MALFORMED.items():
        for text in texts:
            answer = send(program, good | {name: text})
            said = answer.json()
            assert (said["code"], said["field"]) == ("signature-malformed", name), text
            assert b"Smith" not in answer.content
    assert arrivals(mercy) == []


@pytest.mark.parametrize("whose", ["client", "organization"])
def test_where_signatures_are_asked_for_nothing_else_is_taken(whose, mercy, client_and_program):
    client, program = client_and_program
    with inside(mercy):
        if whose == "client":
            client.signature_required = True
            client.save()
        else:
            mercy.signatures_required = True
            mercy.save()
    answer = program.send(b"an ecg")
    assert (answer.status_code, answer.json()["code"]) == (403, "signature-missing")
    device = Device().enrolled(client)
    assert send(program, device.headers(PATH, b"an ecg")).status_code == 201


def test_a_form_is_not_signed(client_and_program):
    client, program = client_and_program
    headers = Device().enrolled(client).headers(PATH, b"an ecg")
    kind = "multipart/form-data; boundary=x"
    answer = program.client.post(PATH, b"an ecg", content_type=kind, headers=headers)
    assert answer.json()["field"] == "Content-Type"


def test_anothers_key_is_nobodys(mercy, client_and_program, drained):
    _, program = client_and_program
    other, _ = make_client(mercy)
    device = Device().enrolled(other)
    send(program, device.headers(PATH, uuid.uuid4().bytes))
    drained()
    assert arrivals(mercy)[0].error_code == "signature-key-unknown"
