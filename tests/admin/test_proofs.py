"""Signing keys and certificates in the admin: added by their public part, ended at once."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from apps.tenants.models import ClientCertificate, SigningKey
from tests.admin.people import events, page, signed_in
from tests.api.keys import make_client
from tests.api.signing import Device
from tests.database import committed
from tests.dicom_network.certificates import authority
from tests.factories import inside, make_user

pytestmark = committed


@pytest.fixture
def browser(admin_user):
    return signed_in(admin_user)


def public(device):
    key = device.key.public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private(device):
    return device.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def add(browser, client, text):
    return browser.post(page(SigningKey, "add"), {"client": client.pk, "text": text})


def ended(browser, model, action, row):
    chosen = {"action": action, "_selected_action": [row.pk]}
    assert browser.post(page(model), chosen).status_code == 302


def test_a_key_is_added_in_versions_retired_and_revoked(browser, mercy, admin_user):
    client, _ = make_client(mercy)
    for device in (Device(), Device()):
        assert add(browser, client, public(device)).status_code == 302
    with inside(mercy):
        first, second = SigningKey.objects.order_by("id")
    assert (first.version, second.version, second.fingerprint) == (1, 2, device.key_id)
    assert device.key_id.encode() in browser.get(page(SigningKey)).content
    ended(browser, SigningKey, "retire", first)
    ended(browser, SigningKey, "revoke", second)
    with inside(mercy):
        first, second = SigningKey.objects.order_by("id")
    assert first.retired_at
    assert second.revoked_at
    for word in ("added", "retired", "revoked"):
        found = events(mercy, f"tenants.signing_key.{word}")
        assert {event.actor_id for event in found} == {admin_user.pk}


def test_what_is_no_public_key_is_not_taken(browser, mercy):
    client, _ = make_client(mercy)
    for text in ("Smith", private(Device()), "YQ=="):
        answer = add(browser, client, text)
        assert b"no Ed25519 public key" in answer.content
        assert b"PRIVATE KEY-----</textarea>" not in answer.content


def test_a_key_is_one_devices_in_all_organizations(browser, mercy, lakeside):
    other = signed_in(make_user(lakeside, "administrator"))
    device = Device()
    assert add(other, make_client(lakeside)[0], public(device)).status_code == 302
    answer = add(browser, make_client(mercy)[0], public(device))
    assert b"cannot be used here" in answer.content
    assert b"Lakeside" not in answer.content


def test_a_certificate_is_added_by_its_text_and_revoked(browser, mercy, tmp_path):
    made = authority(tmp_path)
    given = {"name": "Ward 7", "client": "", "text": made.file.read_text()}
    assert browser.post(page(ClientCertificate, "add"), given).status_code == 302
    with inside(mercy):
        row = ClientCertificate.objects.get()
    assert (row.fingerprint, row.valid_until) == (made.sha256, made.made.not_valid_after_utc)
    assert (
        b"no certificate"
        in browser.post(page(ClientCertificate, "add"), given | {"text": "Smith"}).content
    )
    ended(browser, ClientCertificate, "revoke", row)
    with inside(mercy):
        assert ClientCertificate.objects.get().revoked_at
