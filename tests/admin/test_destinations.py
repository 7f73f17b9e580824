"""Destinations in the admin: TLS unless somebody decides otherwise, on record; keys never shown."""

from __future__ import annotations

import datetime as dt

import pytest

from apps.integrations.models import Destination
from apps.integrations.transport import key_of
from apps.tenants.secrets import set_secret
from tests.admin.people import events, page, signed_in
from tests.database import committed
from tests.factories import inside
from tests.integrations.authority import Authority

pytestmark = committed

OURS = Authority()
SHOWN, OTHER = OURS.issue("einthoven.example"), OURS.issue("einthoven.example")
EXPIRED = OURS.issue("einthoven.example", ends=-dt.timedelta(hours=1))
GIVEN = {
    "name": "EHR",
    "kind": "mllp",
    "host": "ehr.mercy.example",
    "port": "2575",
    "transport": "tls",
    "receiving_application": "EPR",
    "processing_id": "P",
}
SHOWING = {"tls_authorities": OURS.pem, "tls_certificate": SHOWN.certificate}
CHOICES = ("integrations.destination.encrypted", "integrations.destination.unencrypted")


def only(organization):
    with inside(organization):
        return Destination.objects.get()


def errors(answer):
    assert answer.status_code == 200
    return answer.context["adminform"].form.errors


@pytest.fixture
def showing(mercy):
    row = Destination(organization=mercy, name="EHR", host="ehr.mercy.example", port=2575)
    row.tls_certificate = SHOWN.certificate
    with inside(mercy):
        set_secret(row, "tls_key", SHOWN.key)
        row.save()
    return row


def test_the_page_of_a_new_one_offers_tls_and_names_the_other_choice(admin_user):
    text = signed_in(admin_user).get(page(Destination, "add")).content.decode()
    assert '<option value="tls" selected>' in text
    assert "Not encrypted: the network to it is private, such as a VPN" in text


def test_a_certificate_is_kept_with_its_key_sealed(mercy, admin_user):
    client = signed_in(admin_user)
    answer = client.post(page(Destination, "add"), GIVEN | SHOWING | {"new_key": SHOWN.key})
    assert answer.status_code == 302
    row = only(mercy)
    with inside(mercy):
        assert key_of(row) == SHOWN.key
    assert SHOWN.key.encode() not in bytes(row.tls_key)
    text = client.get(page(Destination, "change", row)).content.decode()
    assert "BEGIN CERTIFICATE" in text
    assert "PRIVATE KEY--" not in text


def test_going_without_encryption_and_back_is_on_record_with_who(mercy, admin_user):
    client = signed_in(admin_user)
    client.post(page(Destination, "add"), GIVEN)
    address = page(Destination, "change", only(mercy))
    for transport in ("private", "private", "tls"):
        assert client.post(address, GIVEN | {"transport": transport}).status_code == 302
    noted = events(mercy, *CHOICES)
    assert [event.code.rpartition(".")[2] for event in noted] == [
        "encrypted",
        "unencrypted",
        "encrypted",
    ]
    assert {event.actor for event in noted} == {admin_user}


def test_other_changes_keep_the_key_and_a_certificate_taken_out_takes_it_along(
    mercy, admin_user, showing
):
    client, address = signed_in(admin_user), page(Destination, "change", showing)
    typed = {name: pem.replace("\n", "\r\n") for name, pem in SHOWING.items()}
    assert client.post(address, GIVEN | typed | {"name": "Main"}).status_code == 302
    assert bytes(only(mercy).tls_key) == bytes(showing.tls_key)
    client.post(address, GIVEN | {"tls_certificate": ""})
    assert only(mercy).tls_key is None


@pytest.mark.parametrize(
    ("given", "field", "reason"),
    [
        (SHOWING, "new_key", "The certificate needs its private key."),
        (SHOWING | {"new_key": OTHER.key}, "new_key", "this is not the key of the certificate"),
        (SHOWING | {"new_key": "key"}, "new_key", "this is no private key"),
        ({"new_key": SHOWN.key}, "new_key", "this is not the key of the certificate"),
        ({"tls_certificate": EXPIRED.certificate}, "tls_certificate", "this expired on"),
        ({"tls_authorities": "ours"}, "tls_authorities", "this is no certificate"),
        ({"tls_authorities": SHOWN.key}, "tls_authorities", "this holds a private key"),
        ({"transport": "plain"}, "transport", "Select a valid choice"),
        ({"transport": ""}, "transport", "This field is required"),
    ],
    ids=["none", "other", "words", "alone", "expired", "pem", "within", "unknown", "unsaid"],
)
def test_what_could_not_be_spoken_is_refused_by_field(mercy, admin_user, given, field, reason):
    answer = signed_in(admin_user).post(page(Destination, "add"), GIVEN | given)
    assert reason in str(errors(answer)[field])
    with inside(mercy):
        assert not Destination.objects.exists()


def test_a_key_that_was_refused_is_not_given_back(admin_user):
    given = GIVEN | SHOWING | {"new_key": OTHER.key}
    answer = signed_in(admin_user).post(page(Destination, "add"), given)
    assert "PRIVATE KEY--" not in answer.content.decode()


def test_a_certificate_whose_key_is_not_here_asks_for_it(mercy, admin_user, showing):
    """As after an import: keys of the former place stay there."""
    with inside(mercy):
        Destination.objects.update(tls_key=None)
    address = page(Destination, "change", showing)
    given = GIVEN | {"tls_certificate": SHOWN.certificate}
    assert "new_key" in errors(signed_in(admin_user).post(address, given))


def test_a_new_certificate_asks_for_its_key(mercy, admin_user, showing):
    client, address = signed_in(admin_user), page(Destination, "change", showing)
    new = {"tls_certificate": OTHER.certificate}
    assert "new_key" in errors(client.post(address, GIVEN | new))
    assert client.post(address, GIVEN | new | {"new_key": OTHER.key}).status_code == 302
