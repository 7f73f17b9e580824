"""What administrators do about an account: its sessions, its failures, its end."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator

from apps.tenants.actions import add_member
from apps.tenants.lookups import memberships_of
from apps.tenants.models import Invitation, User
from apps.tenants.sessions import sessions_of
from tests.admin.people import events, page, platform_staff, signed_in
from tests.database import committed
from tests.factories import inside, make_user, organization_of
from tests.isolation.rows import make_row
from tests.web.factors import add_app, sign_in

pytestmark = committed


def tool(user, name):
    return f"/admin/tenants/user/{user.pk}/{name}/"


@pytest.fixture
def both(reader, lakeside):
    with inside(lakeside):
        add_member(lakeside, reader, "technician")
    return reader


def working(user, organization):
    client = signed_in(user)
    client.post("/organizations", {"organization": organization.public_id})
    return client


def test_an_administrator_ends_the_sessions_of_the_own_organization_only(
    both, mercy, lakeside, admin_user
):
    here, there = working(both, mercy), working(both, lakeside)
    browser = signed_in(admin_user)
    assert "End sessions" in browser.get(page(User, "change", both)).content.decode()
    assert browser.post(tool(both, "end-sessions")).status_code == 302
    assert here.get("/worklist").url.startswith("/sign-in")
    assert there.get("/worklist").status_code == 200
    [event] = events(mercy, "tenants.session.revoked")
    assert (event.actor, event.object_id) == (admin_user, str(both.public_id))


def test_platform_staff_end_them_all(both, mercy, lakeside):
    browsers = [working(both, organization) for organization in (mercy, lakeside)]
    signed_in(platform_staff()).post(tool(both, "end-sessions"))
    assert all(client.get("/worklist").url.startswith("/sign-in") for client in browsers)
    assert sessions_of(both) == []
    assert len(events(organization_of("platform"), "tenants.session.revoked")) == 1


def test_who_leaves_is_out_at_once_and_stays_on_record(mercy, reader, admin_user):
    add_app(reader)
    client = signed_in(reader)
    assert client.get("/worklist").status_code == 200
    with inside(mercy):
        make_row(Invitation, mercy, email=reader.email)
    assert signed_in(admin_user).post(tool(reader, "leave")).status_code == 302
    assert client.get("/worklist").url.startswith("/sign-in")
    gone = User.objects.get(pk=reader.pk)
    assert (gone.is_active, gone.has_usable_password()) == (False, False)
    assert memberships_of(reader.pk) == []
    assert not Authenticator.objects.filter(user=reader).exists()
    with inside(mercy):
        assert Invitation.objects.get().state == "withdrawn"
    [event] = events(mercy, "tenants.user.left")
    assert (event.actor, event.object_id) == (admin_user, str(reader.public_id))


def test_who_works_elsewhere_too_leaves_here_only(both, mercy, lakeside, admin_user):
    here, there = working(both, mercy), working(both, lakeside)
    signed_in(admin_user).post(tool(both, "leave"))
    assert here.get("/worklist").url.startswith("/sign-in")
    assert [entry.organization_id for entry in memberships_of(both.pk)] == [lakeside.pk]
    assert User.objects.get(pk=both.pk).is_active
    assert there.get("/worklist").status_code == 200


def test_platform_staff_end_an_employment_everywhere(both, mercy, lakeside):
    signed_in(platform_staff()).post(tool(both, "leave"))
    assert memberships_of(both.pk) == []
    assert not User.objects.get(pk=both.pk).is_active
    for organization in (mercy, lakeside, organization_of("platform")):
        assert len(events(organization, "tenants.user.left")) == 1


def test_a_lock_out_is_lifted_by_an_administrator(client, reader, mercy, admin_user):
    browser = signed_in(admin_user)
    assert browser.get(tool(reader, "unlock")).status_code == 403
    for _ in range(5):
        sign_in(client, reader, "wrong")
    assert sign_in(client, reader).status_code == 400
    assert "Unlock" in browser.get(page(User, "change", reader)).content.decode()
    browser.post(tool(reader, "unlock"))
    assert sign_in(client, reader).url == "/worklist"
    assert len(events(mercy, "tenants.user.unlocked")) == 1


@pytest.mark.parametrize("name", ["end-sessions", "leave", "unlock"])
def test_nobody_does_it_to_themselves_or_to_people_of_elsewhere(name, admin_user, stranger, reader):
    browser = signed_in(admin_user)
    assert browser.post(tool(admin_user, name)).status_code == 403
    assert browser.post(tool(stranger, name)).status_code == 404
    assert signed_in(reader).post(tool(admin_user, name)).status_code == 403
    assert User.objects.filter(is_active=True).count() == 3


def test_platform_staff_do_not_dismiss_a_superuser():
    root = make_user(None, is_staff=True, is_superuser=True)
    assert signed_in(platform_staff()).post(tool(root, "leave")).status_code == 403
