"""Links to a password: sent, never chosen for somebody; and a new beginning for a lost factor."""

from __future__ import annotations

import json

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from apps.tenants.actions import add_member
from apps.tenants.models import User
from tests.admin.people import events, page, platform_staff, signed_in
from tests.database import committed
from tests.factories import PASSWORD, inside, make_user, organization_of
from tests.sign_on.rows import make_provider
from tests.web.factors import add_app, link_in, sign_in

pytestmark = committed

NEW = "a quite different pass phrase"
PROOF = {"proof": "in-person"}


def tool(user, name="link"):
    return f"/admin/tenants/user/{user.pk}/{name}/"


def follow(message):
    """A browser that opens the link and chooses a password."""
    browser = Client()
    chosen = browser.get(link_in(message)).url
    browser.post(chosen, {"password1": NEW, "password2": NEW})
    return browser


@pytest.fixture
def first(mercy):
    person = make_user(mercy, "administrator")
    person.set_unusable_password()
    person.save()
    return person


def test_a_link_lets_the_person_choose(mercy, reader, admin_user, mailoutbox):
    assert signed_in(admin_user).post(tool(reader)).status_code == 302
    assert [message.to for message in mailoutbox] == [[reader.email]]
    assert User.objects.get(pk=reader.pk).check_password(PASSWORD)
    follow(mailoutbox[0])
    assert sign_in(Client(), reader, NEW).url == "/worklist"
    [event] = events(mercy, "tenants.user.link_sent")
    assert (event.actor, event.object_id) == (admin_user, str(reader.public_id))


def test_an_operator_sends_the_first_administrator_a_link(mercy, first, mailoutbox):
    second = make_user(mercy, "administrator")
    second.set_unusable_password()
    second.save()
    operator = signed_in(platform_staff())
    assert operator.post(tool(first)).status_code == 302
    follow(mailoutbox[0])
    sign_in(Client(), first, NEW)
    assert [operator.post(tool(user)).status_code for user in (first, second)] == [403, 403]
    [event] = events(organization_of("platform"), "tenants.user.link_sent")
    assert event.object_id == str(first.public_id)


def test_a_first_link_opens_no_other_organization(first, lakeside):
    with inside(lakeside):
        add_member(lakeside, first, "reader")
    assert signed_in(platform_staff()).post(tool(first)).status_code == 403


def test_staff_of_the_platform_send_nobody_else_one(reader, mailoutbox):
    for staff in (platform_staff(), platform_staff("support"), platform_staff(is_superuser=True)):
        assert signed_in(staff).post(tool(reader)).status_code == 403
    assert mailoutbox == []


@pytest.mark.parametrize("name", ["link", "anew"])
def test_an_account_of_more_than_here_is_left_alone(name, lakeside, mercy, reader, admin_user):
    staff = make_user(mercy, "reader", is_staff=True)
    with inside(lakeside):
        add_member(lakeside, reader, "reader")
    for person in (reader, staff, admin_user):
        add_app(person)
        assert signed_in(admin_user).post(tool(person, name), PROOF).status_code == 403


def test_an_account_of_elsewhere_is_like_none(stranger, admin_user):
    client = signed_in(admin_user)
    gone = type(stranger)(pk=10**9)
    assert [client.get(tool(user)).status_code for user in (stranger, gone)] == [404, 404]


def test_who_lost_the_factor_begins_anew_by_another_persons_word(
    mercy, reader, admin_user, mailoutbox
):
    add_app(reader)
    working = signed_in(reader)
    working.get("/worklist")
    assert signed_in(admin_user).post(tool(reader, "anew"), PROOF).status_code == 302
    assert working.get("/worklist").url.startswith("/sign-in")
    assert not Authenticator.objects.filter(user=reader).exists()
    assert sign_in(Client(), reader).status_code == 400
    follow(mailoutbox[0])
    assert sign_in(Client(), reader, NEW).url == "/worklist"
    [event] = events(mercy, "tenants.factor.lost")
    assert (event.actor, json.loads(event.details)) == (admin_user, {"source": "in-person"})


@pytest.mark.parametrize("given", [{}, {"proof": "they said so"}])
def test_without_saying_how_nothing_is_lost(given, reader, admin_user):
    add_app(reader)
    assert signed_in(admin_user).post(tool(reader, "anew"), given).status_code == 200
    assert Authenticator.objects.filter(user=reader).exists()
    assert User.objects.get(pk=reader.pk).check_password(PASSWORD)


def test_platform_staff_help_who_works_in_several(lakeside, reader, mailoutbox):
    with inside(lakeside):
        add_member(lakeside, reader, "reader")
    add_app(reader)
    assert signed_in(platform_staff()).post(tool(reader, "anew"), PROOF).status_code == 302
    assert [message.to for message in mailoutbox] == [[reader.email]]
    assert len(events(organization_of("platform"), "tenants.factor.lost")) == 1


def test_who_signs_in_elsewhere_is_sent_no_link(mercy, reader, admin_user):
    client = signed_in(admin_user)
    assert "Send a link" in client.get(page(User, "change", reader)).content.decode()
    make_provider(mercy, password_allowed=False)
    assert signed_in(admin_user).post(tool(reader)).status_code in (302, 403)
