"""A session that an identity provider began: when it ends, and what it may not do."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.tenants.actions import add_member
from apps.tenants.models import ExternalIdentity, IdentityProvider, Membership
from tests.database import committed
from tests.factories import PASSWORD, inside, make_user
from tests.sign_on.rows import callback_path, change, is_in, sign_in

pytestmark = committed


def test_the_session_ends_with_the_membership(client, idp, provider, ada, mercy, lakeside):
    with inside(lakeside):
        add_member(lakeside, ada, "reader")
    sign_in(client, idp)
    with inside(mercy):
        Membership.objects.filter(user=ada).update(is_active=False)
    assert client.get("/worklist").url.startswith("/sign-in")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "change_it",
    [
        lambda provider: IdentityProvider.objects.update(is_active=False),
        lambda provider: ExternalIdentity.objects.all().delete(),
        lambda provider: ExternalIdentity.objects.update(subject="another"),
    ],
    ids=["switched off", "unlinked", "linked anew"],
)
def test_the_session_ends_with_the_provider_or_the_link(change_it, client, idp, provider, ada):
    sign_in(client, idp)
    assert is_in(client)
    with inside(provider.organization):
        change_it(provider)
    assert client.get("/worklist").url.startswith("/sign-in")
    assert "_auth_user_id" not in client.session


def test_a_session_of_a_password_ends_where_passwords_are_no_longer_taken(client, provider, reader):
    client.post("/sign-in", {"username": reader.email, "password": PASSWORD})
    assert is_in(client)
    change(provider, password_allowed=False)
    assert not is_in(client)


def test_a_session_ends_after_its_time_however_busy(client, idp, provider, ada, settings):
    settings.SSO_SESSION_SECONDS = 600
    sign_in(client, idp)
    begun = timezone.now()
    for minutes, status in ((5, 200), (9, 200), (11, 302)):
        with time_machine.travel(begun + dt.timedelta(minutes=minutes)):
            assert client.get("/worklist").status_code == status
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "name", ["account_change_password", "mfa_index", "mfa_activate_totp", "sessions"]
)
def test_such_a_session_changes_no_account(name, client, idp, provider, ada):
    sign_in(client, idp)
    assert is_in(client)
    assert client.get(reverse(name)).status_code == 403
    assert client.get(reverse("account_login")).status_code == 302
    again = Client()
    again.force_login(ada)
    assert again.get(reverse(name)).status_code in (200, 302)


def test_a_member_elsewhere_stays_signed_in_elsewhere(client_of, idp, provider, lakeside):
    """An answer for one organization does nothing in a browser that works in another."""
    other = client_of(make_user(lakeside))
    other.get("/worklist")
    assert other.get(callback_path(provider)).status_code == 404
    assert is_in(other)
