"""Members and accounts: invited, changed, deactivated; never those of another organization."""

from __future__ import annotations

import datetime as dt
import json

from django.utils import timezone

from apps.tenants.actions import add_member
from apps.tenants.lookups import memberships_of
from apps.tenants.models import Invitation, Membership, User
from tests.admin.people import events, page, platform_staff, signed_in
from tests.database import committed
from tests.factories import PASSWORD, inside, make_user, organization_of

pytestmark = committed

CHOSEN = "another long password"


def test_nobody_is_added_but_by_an_invitation(mercy, admin_user):
    client = signed_in(admin_user)
    assert client.get(page(Membership, "add")).status_code == 403
    assert "/admin/tenants/membership/add/" not in client.get(page(Membership)).content.decode()
    assert client.get(page(Invitation, "add")).status_code == 200


def test_nobody_chooses_a_password_for_another(mercy, reader, admin_user):
    given = {"new_password1": CHOSEN, "new_password2": CHOSEN, "password": CHOSEN}
    for client in (signed_in(admin_user), signed_in(platform_staff())):
        client.post(f"/admin/tenants/user/{reader.pk}/password/", given)
        client.post(page(User, "change", reader), given | {"full_name": "Dr Ada Reader"})
        assert User.objects.get(pk=reader.pk).check_password(PASSWORD)


def test_who_gave_a_role_is_kept(mercy, reader, admin_user):
    with inside(mercy):
        member = Membership.objects.get(user=reader)
    signed_in(admin_user).post(
        page(Membership, "change", member), {"role": "trainee", "is_active": "on"}
    )
    with inside(mercy):
        member.refresh_from_db()
    assert (member.role, member.given_by) == ("trainee", admin_user)


def test_a_membership_opens_nothing_after_its_last_day(mercy, reader):
    today = timezone.now().date()
    with inside(mercy):
        member = Membership.objects.get(user=reader)
        for ends_on, opens in ((today, 1), (today - dt.timedelta(days=1), 0)):
            member.ends_on = ends_on
            member.save()
            assert len(memberships_of(reader.pk)) == opens


def test_a_member_is_deactivated_for_here_alone(mercy, lakeside, reader, admin_user):
    with inside(lakeside):
        add_member(lakeside, reader, "reader")
    with inside(mercy):
        membership = Membership.objects.get(user=reader)
    signed_in(admin_user).post(page(Membership, "change", membership), {"role": "reader"})
    assert [e.organization_id for e in memberships_of(reader.pk)] == [lakeside.pk]
    assert User.objects.get(pk=reader.pk).is_active


def test_nobody_changes_the_own_role(mercy, admin_user):
    with inside(mercy):
        own = Membership.objects.get(user=admin_user)
    answer = signed_in(admin_user).post(page(Membership, "change", own), {"role": "reader"})
    assert answer.status_code == 403


def test_an_account_shared_with_another_organization_is_not_taken_over(
    mercy, lakeside, reader, admin_user
):
    with inside(lakeside):
        add_member(lakeside, reader, "reader")
        Membership.objects.filter(user=reader).update(is_active=False)
    given = {"full_name": "Changed", "is_active": ""}
    answer = signed_in(admin_user).post(page(User, "change", reader), given)
    assert answer.status_code == 403


def test_platform_staff_deactivate_an_account_on_the_platforms_record(mercy, reader):
    staff = platform_staff()
    given = {"full_name": reader.full_name, "is_staff": "on"}
    assert signed_in(staff).post(page(User, "change", reader), given).status_code == 302
    kept = User.objects.get(pk=reader.pk)
    assert (kept.is_active, kept.is_staff) == (False, False)
    [event] = events(organization_of("platform"), "web.admin.changed")
    assert json.loads(event.details) == {"field": "is_active"}


def test_only_a_superuser_makes_platform_staff(mercy, reader):
    given = {"full_name": reader.full_name, "is_active": "on", "is_staff": "on"}
    signed_in(platform_staff()).post(page(User, "change", reader), given)
    assert not User.objects.get(pk=reader.pk).is_staff
    signed_in(platform_staff(is_superuser=True)).post(page(User, "change", reader), given)
    assert User.objects.get(pk=reader.pk).is_staff


def test_platform_staff_do_not_touch_a_superuser(mercy):
    root = make_user(None, is_staff=True, is_superuser=True)
    given = {"full_name": root.full_name}
    assert signed_in(platform_staff()).post(page(User, "change", root), given).status_code == 403


def test_the_own_password_is_changed_where_everybody_does_it(admin_user):
    client = signed_in(admin_user)
    assert 'href="/account/password"' in client.get("/admin/").content.decode()
    assert client.get("/admin/password_change/").status_code == 404
