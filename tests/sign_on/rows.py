"""Identity providers in the database, and a browser on its way through one."""

from __future__ import annotations

import re
import uuid
from html import unescape
from typing import Any

from django.test import Client

from apps.tenants.models import ExternalIdentity, IdentityDomain, IdentityProvider
from apps.tenants.sign_on.secrets import set_client_secret
from tests.factories import inside, make_user
from tests.sign_on.oidc_peer import SECRET, Idp

DOMAIN = "mercy.example"


def make_provider(organization: Any, domain: str = DOMAIN, **fields: Any) -> IdentityProvider:
    name = f"{organization.name} sign-in"
    row = IdentityProvider(organization=organization, **{"name": name, "kind": "saml", **fields})
    with inside(organization):
        row.save(force_insert=True)
        IdentityDomain.objects.create(
            organization=organization, provider=row, name=domain, is_confirmed=True
        )
    return row


def make_oidc_provider(organization: Any, idp: Idp, **fields: Any) -> IdentityProvider:
    """The simulated provider, which vouches for the domain."""
    about = {"kind": "oidc", "issuer": idp.issuer, "client_id": "einthoven"}
    row = make_provider(organization, **(about | fields))
    with inside(organization):
        set_client_secret(row, SECRET)
        row.save()
    return row


def make_member(organization: Any, email: str = "ada@mercy.example", role: str = "reader") -> Any:
    user = make_user(organization, role)
    user.email = email
    user.set_unusable_password()
    user.save()
    return user


def known_there(provider: IdentityProvider, user: Any, subject: str = "ada-1") -> None:
    with inside(provider.organization):
        ExternalIdentity.objects.create(
            organization=provider.organization, provider=provider, user=user, subject=subject
        )


def address_in(page: Any) -> str:
    """Where the page in between sends the browser."""
    assert page.status_code == 200, page.content
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.content.decode())
    assert found is not None, page.content
    return unescape(found[1])


def ask(client: Client, email: str = "ada@mercy.example", page: str = "") -> Any:
    return client.post("/sign-in", {"username": email, "password": "", "next": page})


def local(location: str) -> str:
    return location.removeprefix("http://testserver")


def sign_in(
    client: Client, idp: Idp, email: str = "ada@mercy.example", sub: str = "ada-1", page: str = ""
) -> Any:
    """The answer of our callback after the whole way there and back."""
    address = address_in(ask(client, email, page))
    return client.get(local(idp.answer(address, sub)))


def callback_path(provider: IdentityProvider | uuid.UUID) -> str:
    name = getattr(provider, "public_id", provider)
    return f"/sign-in/sso/{name}/callback"


def change(row: Any, **fields: Any) -> None:
    with inside(row.organization):
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()


def is_in(client: Client) -> bool:
    return bool(client.get("/worklist").status_code == 200)
