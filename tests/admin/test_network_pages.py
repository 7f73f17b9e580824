"""Peers, certificates and fetch hosts: set by an administrator, refused with the reason."""

from __future__ import annotations

import pytest

from apps.integrations.models import FetchHost
from apps.tenants.models import ApplicationEntity, DicomPeer
from tests.admin.people import page, signed_in
from tests.database import committed
from tests.factories import inside

pytestmark = committed

PEER = {"title": "ARCHIVE", "host": "10.1.2.3", "port": "104", "is_active": "on"}
TITLE = {"title": "MERCY_ECG", "calling_hosts": "10.0.0.0/8", "calling_titles": ""}
TAKEN = [
    (DicomPeer, PEER),
    (FetchHost, {"host": "files.example:8443", "is_active": "on"}),
    (ApplicationEntity, TITLE | {"certificates": "AB:" * 31 + "AB"}),
]
REFUSED = [
    (DicomPeer, PEER | {"host": "8.8.8.8"}, "outside the networks"),
    (DicomPeer, PEER | {"title": "a\\b"}, "16 printable characters"),
    (FetchHost, {"host": "https://files.example/"}, "Give a host name"),
    (FetchHost, {"host": "files.example:99999"}, "Give a host name"),
    (ApplicationEntity, TITLE | {"certificates": "ab"}, "is no SHA-256 of a certificate"),
]


@pytest.mark.parametrize(("model", "given"), TAKEN)
def test_what_an_administrator_enters_is_kept(model, given, mercy, admin_user):
    answer = signed_in(admin_user).post(page(model, "add"), given)
    assert answer.status_code == 302, answer.context["errors"]
    with inside(mercy):
        row = model.objects.get()
    assert getattr(row, "host", "") in (given.get("host", ""), "")
    assert getattr(row, "certificates", "") in ("", "ab" * 32)


def test_what_cannot_be_is_refused_with_the_reason(mercy, admin_user):
    client = signed_in(admin_user)
    for model, given, words in REFUSED:
        answer = client.post(page(model, "add"), given)
        assert answer.status_code == 200
        assert words in answer.content.decode(), given
        with inside(mercy):
            assert not model.objects.exists()


def test_a_peer_in_the_clear_needs_the_platforms_word(mercy, admin_user, settings):
    client, address = signed_in(admin_user), page(DicomPeer, "add")
    settings.DEMO = False
    assert "called by TLS" in client.post(address, PEER).content.decode()
    assert client.post(address, PEER | {"uses_tls": "on"}).status_code == 302
    settings.PRIVATE_LINKS = {"dicom"}
    assert client.post(address, PEER | {"title": "OTHER"}).status_code == 302
