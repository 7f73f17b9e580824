"""Setting up a provider in the admin: it is tried at once, and domains are one organization's."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.core.blobs.sealing import Unsealable
from apps.tenants import blobs
from apps.tenants.models import IdentityDomain, IdentityProvider
from apps.tenants.sign_on.domains import domains_in
from apps.tenants.sign_on.secrets import client_secret
from tests.admin.people import entered
from tests.database import committed
from tests.factories import inside, make_staff
from tests.sign_on import saml_peer
from tests.sign_on.rows import known_there, make_member, make_oidc_provider, make_provider
from tests.web.pages import events

pytestmark = committed

ADD = "/admin/tenants/identityprovider/add/"


@pytest.fixture
def admin_client(client_of, admin_user):
    return client_of(admin_user)


@pytest.fixture
def operator(client_of):
    return client_of(make_staff("operator"))


def confirm(operator, row):
    """Platform staff's word on the domains that wait."""
    page = reverse("admin:tenants_identityprovider_confirm", args=[row.pk])
    assert operator.get(page).status_code == 200
    return operator.post(page)


@pytest.fixture
def filled(idp):
    def form(**changes):
        fields = {
            "name": "Mercy ID",
            "kind": "oidc",
            "issuer": idp.issuer,
            "client_id": "einthoven",
            "client_secret": "s3cret",
            "domains": "mercy.example\n@Clinic.Mercy.Example.",
            "password_allowed": "on",
            "is_active": "on",
        }
        return fields | changes

    return form


def only_provider(organization):
    with inside(organization):
        return IdentityProvider.objects.get()


def domains(organization):
    with inside(organization):
        return {row.name: row.is_confirmed for row in IdentityDomain.objects.filter(is_active=True)}


def change_page(row):
    return f"/admin/tenants/identityprovider/{row.pk}/change/"


def test_an_administrator_sets_one_up_and_its_secret_is_sealed(admin_client, filled, mercy):
    assert admin_client.post(ADD, filled()).status_code == 302
    row = only_provider(mercy)
    sealed = bytes(row.client_secret_sealed)
    assert b"s3cret" not in sealed
    with inside(mercy):
        assert client_secret(row) == "s3cret"
        with pytest.raises(Unsealable):
            blobs.unseal_bytes(sealed, mercy.pk)
    page = admin_client.get(change_page(row)).content.decode()
    assert "s3cret" not in page
    assert f"http://testserver/sign-in/sso/{row.public_id}/callback" in page
    assert len(events(mercy, "web.admin.added")) == 1


def test_a_secret_left_empty_stays(admin_client, filled, mercy):
    admin_client.post(ADD, filled())
    row = only_provider(mercy)
    changed = filled(client_secret="", name="New name")
    assert admin_client.post(change_page(row), changed).status_code == 302
    row = only_provider(mercy)
    with inside(mercy):
        assert (row.name, client_secret(row)) == ("New name", "s3cret")
    assert not any("s3cret" in event.details for event in events(mercy, "web.admin.changed"))


def test_domains_wait_for_platform_staff(admin_client, operator, filled, mercy):
    admin_client.post(ADD, filled())
    assert domains(mercy) == {"mercy.example": False, "clinic.mercy.example": False}
    confirm(operator, only_provider(mercy))
    assert domains(mercy) == {"mercy.example": True, "clinic.mercy.example": True}
    assert len(events(mercy, "tenants.identity_provider.confirmed")) == 1
    more = filled(domains="mercy.example new.example")
    admin_client.post(change_page(only_provider(mercy)), more)
    assert domains(mercy) == {"mercy.example": True, "new.example": False}


def test_a_domain_given_up_waits_again(admin_client, operator, filled, mercy):
    admin_client.post(ADD, filled())
    row = only_provider(mercy)
    confirm(operator, row)
    admin_client.post(change_page(row), filled(domains="mercy.example"))
    admin_client.post(change_page(row), filled())
    assert domains(mercy) == {"mercy.example": True, "clinic.mercy.example": False}


def test_nobody_inside_confirms_a_domain(admin_client, filled, mercy):
    admin_client.post(ADD, filled())
    row = only_provider(mercy)
    page = reverse("admin:tenants_identityprovider_confirm", args=[row.pk])
    assert [client.post(page).status_code for client in (admin_client, entered(mercy))] == [
        403,
        403,
    ]
    assert not any(domains(mercy).values())


def test_another_organizations_domain_is_refused_and_not_named(admin_client, filled, lakeside):
    make_provider(lakeside, "mercy.example")
    refused = admin_client.post(ADD, filled()).content.decode()
    assert "The domain mercy.example cannot be used here" in refused
    assert "Lakeside" not in refused


def test_an_unreachable_provider_is_said_so(admin_client, filled, settings):
    settings.EGRESS_INTERNAL_HOSTS = ["127.0.0.1:1"]
    page = admin_client.post(ADD, filled(issuer="http://127.0.0.1:1")).content.decode()
    assert "127.0.0.1:1 does not answer as a web service does" in page
    page = admin_client.post(ADD, filled(issuer="https://nobody.invalid")).content.decode()
    assert "No host nobody.invalid is known" in page


def test_an_address_inside_the_network_is_refused(admin_client, filled, settings):
    settings.EGRESS_INTERNAL_HOSTS = []
    page = admin_client.post(ADD, filled(issuer="https://127.0.0.1")).content.decode()
    assert "has an address inside a private network" in page


def test_saml_metadata_is_read_and_an_ended_certificate_refused(
    admin_client, filled, mercy, tmp_path
):
    ended = saml_peer.SamlIdp(tmp_path / "ended", days=-1).metadata()
    wrong = admin_client.post(ADD, filled(kind="saml", metadata=ended)).content.decode()
    assert "The signing certificate is not in force" in wrong
    good = saml_peer.SamlIdp(tmp_path / "good").metadata()
    answer = admin_client.post(ADD, filled(kind="saml", issuer="", metadata=good))
    assert answer.status_code == 302
    assert only_provider(mercy).issuer == saml_peer.ENTITY


def test_passwords_are_refused_only_after_somebody_signed_in_there(
    admin_client, filled, mercy, idp
):
    row = make_oidc_provider(mercy, idp, domain="other.example")
    off = {name: text for name, text in filled().items() if name != "password_allowed"}
    assert b"Somebody must have signed in there" in admin_client.post(change_page(row), off).content
    known_there(row, make_member(mercy))
    assert admin_client.post(change_page(row), off).status_code == 302
    assert not only_provider(mercy).password_allowed


def test_platform_staff_outside_read_it_without_its_secret(client_of, filled, mercy, admin_client):
    admin_client.post(ADD, filled())
    client = client_of(make_staff("operator"))
    row = only_provider(mercy)
    page = client.get(change_page(row)).content.decode()
    assert "Mercy ID" in page
    assert "secret" not in page
    assert client.post(change_page(row), filled(name="Changed")).status_code == 403


@pytest.mark.parametrize("text", ["localhost", "a b@c", "-.example", "x..example", "10.0.0.1", ""])
def test_what_is_no_domain_is_refused(text):
    assert domains_in("Mercy.Example, @bücher.example.") == [
        "mercy.example",
        "xn--bcher-kva.example",
    ]
    with pytest.raises((ValueError, IndexError)):
        domains_in(text)[0]
