"""Invitations: sent by an administrator, accepted once by who has the mailbox."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core import mail

from apps.tenants.lookups import memberships_of
from apps.tenants.models import Invitation, Membership, Site, User
from tests.admin.people import entered, events, page, platform_staff, signed_in
from tests.database import committed
from tests.factories import inside, make_user
from tests.isolation.rows import make_row
from tests.sign_on.rows import make_provider
from tests.web.factors import link_in, sign_in

pytestmark = committed

NEW = {"email": "New@Example.test", "full_name": "Dr Nia New", "role": "reader"}
CHOSEN = {"full_name": "Dr Nia New", "password": "a long first password"}
CHOSEN["again"] = CHOSEN["password"]


def invite(client, **given):
    assert client.post(page(Invitation, "add"), NEW | given).status_code == 302
    return link_in(mail.outbox[-1])


@pytest.fixture
def link(admin_user, mercy):
    return invite(signed_in(admin_user))


def only(mercy):
    with inside(mercy):
        return Invitation.objects.get()


def tool(invitation, name):
    return f"/admin/tenants/invitation/{invitation.pk}/{name}/"


def test_an_invitation_names_the_organization_and_holds_no_secret_but_its_link(link, admin_user):
    (message,) = mail.outbox
    assert message.to == ["new@example.test"]
    assert "Mercy" in message.body
    assert admin_user.full_name in message.body
    assert not User.objects.filter(email="new@example.test").exists()


def test_accepting_makes_the_person_a_member(link, client, mercy, admin_user):
    with inside(mercy):
        site = make_row(Site, mercy)
        Invitation.objects.update(site=site)
    assert "as reader" in client.get(link).content.decode()
    assert b"Your account is ready." in client.post(link, CHOSEN).content
    user = User.objects.get(email="new@example.test")
    assert [entry.role for entry in memberships_of(user.pk)] == ["reader"]
    with inside(mercy):
        assert Membership.objects.get(user=user).given_by == admin_user
    assert sign_in(client, user, CHOSEN["password"]).url == "/worklist"
    [event] = events(mercy, "tenants.invitation.accepted")
    assert event.actor == user
    with inside(mercy):
        assert Membership.objects.get(user=user).site == site


def test_a_link_works_once(link, client):
    client.post(link, CHOSEN)
    assert client.get(link).status_code == 404
    assert client.post(link, CHOSEN).status_code == 404
    assert User.objects.filter(email="new@example.test").count() == 1


@pytest.mark.parametrize("days", [6, 8])
def test_a_link_works_for_seven_days(link, client, days):
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=days)):
        assert client.get(link).status_code == (200 if days < 7 else 404)


def test_a_changed_link_opens_nothing(link, client):
    for wrong in (link[:-1] + ("A" if link[-1] != "A" else "B"), "/account/invitation/nothing"):
        assert client.get(wrong).status_code == 404


def test_sending_again_stops_the_link_before(link, client, admin_user, mercy):
    signed_in(admin_user).post(tool(only(mercy), "send"))
    assert client.get(link).status_code == 404
    assert client.get(link_in(mail.outbox[-1])).status_code == 200
    assert len(events(mercy, "tenants.invitation.sent")) == 2


def test_withdrawing_stops_it_for_good(link, client, admin_user, mercy):
    browser = signed_in(admin_user)
    assert browser.get(tool(only(mercy), "withdraw")).status_code == 200
    browser.post(tool(only(mercy), "withdraw"))
    assert client.get(link).status_code == 404
    assert len(events(mercy, "tenants.invitation.withdrawn")) == 1
    assert browser.post(tool(only(mercy), "send")).status_code == 403


def test_where_only_single_sign_on_is_taken_the_link_gives_no_password(link, client, mercy):
    make_provider(mercy, password_allowed=False)
    page = client.get(link).content.decode()
    assert 'name="password"' not in page
    assert "the account you have at work" in page
    assert client.post(link, CHOSEN).status_code == 200
    user = User.objects.get(email="new@example.test")
    assert not user.has_usable_password()
    assert len(memberships_of(user.pk)) == 1


def test_blanks_of_the_password_are_kept(link, client):
    blanks = "  a pass phrase with blanks  "
    client.post(link, CHOSEN | {"password": blanks, "again": blanks})
    assert User.objects.get(email="new@example.test").check_password(blanks)


@pytest.mark.parametrize("wrong", [{"again": "else"}, {"password": "short", "again": "short"}])
def test_a_password_that_does_not_do_is_refused(link, client, wrong):
    assert client.post(link, CHOSEN | wrong).status_code == 400
    assert not User.objects.filter(email="new@example.test").exists()
    assert client.get(link).status_code == 200


def test_who_has_an_account_signs_in_and_stays_one_person(client, admin_user, stranger, mercy):
    link = invite(signed_in(admin_user), email=stranger.email)
    assert b"Sign in with it" in client.get(link).content
    assert client.post(link, CHOSEN).status_code == 200
    assert len(memberships_of(stranger.pk)) == 1
    sign_in(client, stranger)
    assert client.post(link).url == "/organizations"
    assert len(memberships_of(stranger.pk)) == 2
    assert User.objects.filter(email=stranger.email).count() == 1


def test_another_person_cannot_accept_for_it(client, admin_user, stranger, reader):
    link = invite(signed_in(admin_user), email=stranger.email)
    sign_in(client, reader)
    client.post(link)
    assert len(memberships_of(stranger.pk)) == len(memberships_of(reader.pk)) == 1


def test_a_closed_account_is_not_opened_by_an_invitation(client, admin_user):
    gone = make_user(None, is_active=False)
    link = invite(signed_in(admin_user), email=gone.email)
    assert b"is closed" in client.get(link).content
    client.post(link, CHOSEN)
    assert memberships_of(gone.pk) == []


def test_a_member_is_not_invited_and_nobody_twice(link, admin_user, reader):
    browser = signed_in(admin_user)
    for email in (reader.email, "new@example.test"):
        answer = browser.post(page(Invitation, "add"), NEW | {"email": email})
        assert answer.status_code == 200
    assert len(mail.outbox) == 1


def test_platform_staff_invite_nobody(mercy):
    for client in (signed_in(platform_staff()), entered(mercy)):
        assert client.get(page(Invitation, "add")).status_code == 403


def test_an_invitation_of_elsewhere_is_not_found(link, mercy, stranger, lakeside):
    there = make_user(lakeside, "administrator")
    client = signed_in(there)
    for name in ("send", "withdraw"):
        assert client.post(tool(only(mercy), name)).status_code == 404
    assert only(mercy).state == "open"
