"""Programs in the access review: listed with what they may do, flagged, kept or shut out."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from apps.tenants.access_programs import PROGRAM, programs
from apps.tenants.clients import note_use, recognise, revoke_client
from apps.tenants.model_api import Scope
from apps.tenants.models import ApiClient, ApiKey, User
from tests.admin.people import events, signed_in
from tests.api.keys import make_client
from tests.database import committed
from tests.factories import inside

pytestmark = committed

PAGE = "/access/review"
DAY = dt.timedelta(days=1)
FEW = (Scope.FILES_WRITE, Scope.FILES_READ)


def listed(organization, at=None):
    with inside(organization):
        return {row.name: row for row in programs(at or timezone.now())}


def decide(client, program, verdict):
    given = {"verdict": verdict, "reason": "The cart was sold"}
    return client.post(f"{PAGE}/{program.public_id}", given, follow=True)


@pytest.fixture
def cart(mercy):
    """A program with two scopes and an end in a year, and its key."""
    return make_client(mercy, *FEW, expires_at=timezone.now() + 365 * DAY)


def test_every_program_is_listed_with_what_it_may_do_and_no_ended_one(mercy, lakeside, cart):
    make_client(lakeside)
    gone, _ = make_client(mercy)
    with inside(mercy):
        revoke_client(gone, by=gone.created_by, now=timezone.now())
    row = listed(mercy)[cart[0].name]
    assert list(listed(mercy)) == [cart[0].name]
    assert (row.kind, row.role_name) == (PROGRAM, "files:read, files:write")
    assert row.given_by == str(cart[0].created_by)


def test_use_is_the_day_any_of_its_keys_was_shown(mercy, cart):
    client, key = cart
    assert listed(mercy)[client.name].flags == ("never used",)
    caller = recognise(key)
    with inside(mercy):
        note_use(caller)
    assert listed(mercy)[client.name].flags == ()
    later = listed(mercy, timezone.now() + 92 * DAY)[client.name]
    assert later.flags == ("unused for more than 90 days",)


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"scopes": " ".join(Scope.values)}, "may do everything"),
        ({"expires_at": None}, "has no end"),
        ({"expires_at": timezone.now() + 9 * DAY}, "ends within 30 days"),
        ({"expires_at": timezone.now() - 2 * DAY}, "ended"),
    ],
    ids=["everything", "no end", "soon", "ended"],
)
def test_what_a_reviewer_should_look_at_is_flagged(mercy, cart, changes, flag):
    assert flag not in listed(mercy)[cart[0].name].flags
    with inside(mercy):
        ApiClient.objects.update(**changes)
    assert flag in listed(mercy)[cart[0].name].flags


@pytest.mark.parametrize("ended", ["revoked_at", "expires_at"])
def test_one_without_a_key_in_force_and_one_of_a_closed_account_are_flagged(mercy, cart, ended):
    with inside(mercy):
        ApiKey.objects.update(**{ended: timezone.now() - DAY})
    User.objects.filter(pk=cart[0].created_by_id).update(is_active=False)
    flags = listed(mercy)[cart[0].name].flags
    assert {"has no key in force", "made by a closed account"} <= set(flags)


def test_removed_shuts_it_out_at_once_and_kept_does_not(mercy, admin_user, cart):
    client = signed_in(admin_user)
    decide(client, cart[0], "kept")
    assert recognise(cart[1]) is not None
    decide(client, cart[0], "removed")
    assert recognise(cart[1]) is None
    assert len(events(mercy, "tenants.client.revoked")) == 1
    assert len(events(mercy, "tenants.access.decided")) == 2


def test_a_review_waits_for_its_programs_and_the_export_names_them(mercy, admin_user, cart):
    client = signed_in(admin_user)
    maker = cart[0].created_by
    decide(client, maker, "kept")
    text = client.post(f"{PAGE}/sign-off", follow=True).content.decode()
    assert f"Not decided yet: {cart[0].name}" in text
    assert "API client" in text
    rows = client.get(f"{PAGE}/file?form=json").json()
    (row,) = [row for row in rows if row["kind"] == PROGRAM]
    assert (row["role"], row["e-mail"]) == ("files:read, files:write", "")


def test_a_program_of_elsewhere_is_like_none(lakeside, admin_user):
    theirs, key = make_client(lakeside)
    assert decide(signed_in(admin_user), theirs, "removed").status_code == 404
    assert recognise(key) is not None
