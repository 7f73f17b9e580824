"""Members and accounts: invited, changed, deactivated; never those of another organization."""

from __future__ import annotations

import datetime as dt
import json

from django.test import Client
from django.utils import timezone

from apps.tenants.actions import add_member
from apps.tenants.admin_forms import ELSEWHERE
from apps.tenants.lookups import memberships_of
from apps.tenants.models import Membership, User
from tests.admin.people import entered, events, page, platform_staff, signed_in
from tests.database import committed
from tests.factories import PASSWORD, inside, make_user, organization_of

pytestmark = committed

INVITED = {
    "full_name": "Dr New Person",
    "email": "New@Example.test",
    "password": "a long first password",
    "role": "reader",
}
CHOSEN = {"new_password1": "another long password", "new_password2": "another long password"}


def password_page(user):
    return f"/admin/tenants/user/{user.pk}/password/"


def test_an_invited_person_can_sign_in(mercy, admin_user, client):
    answer = signed_in(admin_user).post(page(Membership, "add"), INVITED)
    assert answer.status_code == 302
    user = User.objects.get(email="new@example.test")
    assert [entry.role for entry in memberships_of(user.pk)] == ["reader"]
    given = {"username": user.email, "password": INVITED["password"]}
    assert client.post("/sign-in", given).url == "/worklist"
    [event] = events(mercy, "web.admin.added")
    assert INVITED["password"] not in event.details


def test_a_weak_password_is_refused(mercy, admin_user):
    answer = signed_in(admin_user).post(page(Membership, "add"), INVITED | {"password": "short"})
    assert answer.status_code == 200
    assert not User.objects.filter(email="new@example.test").exists()


def test_an_address_of_elsewhere_cannot_be_invited(mercy, stranger, admin_user):
    answer = signed_in(admin_user).post(
        page(Membership, "add"), INVITED | {"email": stranger.email}
    )
    text = answer.content.decode()
    assert ELSEWHERE in text
    assert stranger.full_name not in text
    assert len(memberships_of(stranger.pk)) == 1


def test_platform_staff_inside_add_nobody(mercy):
    answer = entered(mercy).post(page(Membership, "add"), INVITED)
    assert answer.status_code == 403
    assert not User.objects.filter(email="new@example.test").exists()


def test_who_gave_a_role_and_until_when_is_kept(mercy, admin_user):
    signed_in(admin_user).post(page(Membership, "add"), INVITED | {"ends_on": "2099-12-31"})
    with inside(mercy):
        member = Membership.objects.get(user__email="new@example.test")
    assert (member.given_by, str(member.ends_on)) == (admin_user, "2099-12-31")


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


def test_a_new_password_ends_the_persons_sessions(mercy, reader, admin_user):
    reading = signed_in(reader)
    assert signed_in(admin_user).post(password_page(reader), CHOSEN).status_code == 302
    assert User.objects.get(pk=reader.pk).check_password(CHOSEN["new_password1"])
    assert reading.get("/worklist").status_code == 302
    [event] = events(mercy, "web.admin.changed")
    assert (event.actor, event.object_id) == (admin_user, str(reader.public_id))
    assert json.loads(event.details) == {"field": "password"}


def test_an_account_shared_with_another_organization_is_not_taken_over(
    mercy, lakeside, reader, admin_user
):
    with inside(lakeside):
        add_member(lakeside, reader, "reader")
        Membership.objects.filter(user=reader).update(is_active=False)
    client = signed_in(admin_user)
    assert client.post(password_page(reader), CHOSEN).status_code == 403
    given = {"full_name": "Changed", "is_active": ""}
    assert client.post(page(User, "change", reader), given).status_code == 403
    assert User.objects.get(pk=reader.pk).check_password(PASSWORD)


def test_an_account_of_platform_staff_is_not_taken_over(mercy, admin_user):
    staff = make_user(mercy, "reader", is_staff=True)
    assert signed_in(admin_user).post(password_page(staff), CHOSEN).status_code == 403


def test_platform_staff_cannot_become_a_person(mercy, reader):
    for staff in (platform_staff(), platform_staff("support"), platform_staff(is_superuser=True)):
        assert signed_in(staff).post(password_page(reader), CHOSEN).status_code == 403


def test_an_operator_gives_the_first_administrator_a_password_once(mercy):
    first, second = (make_user(mercy, "administrator") for _ in range(2))
    for user in (first, second):
        user.set_unusable_password()
        user.save()
    operator = signed_in(platform_staff())
    assert operator.post(password_page(first), CHOSEN).status_code == 302
    assert operator.post(password_page(first), CHOSEN).status_code == 403
    [event] = events(organization_of("platform"), "web.admin.changed")
    assert event.object_id == str(first.public_id)
    form = {"username": first.email, "password": CHOSEN["new_password1"]}
    assert Client().post("/sign-in", form).status_code == 302
    assert operator.post(password_page(second), CHOSEN).status_code == 403


def test_a_first_password_opens_no_other_organization(mercy, lakeside):
    first = make_user(mercy, "administrator")
    first.set_unusable_password()
    first.save()
    with inside(lakeside):
        add_member(lakeside, first, "reader")
    assert signed_in(platform_staff()).post(password_page(first), CHOSEN).status_code == 403


def test_a_password_page_of_elsewhere_is_like_none(mercy, stranger, reader, admin_user):
    client = signed_in(admin_user)
    gone = type(stranger)(pk=10**9)
    answers = [client.get(password_page(user)).status_code for user in (stranger, gone, reader)]
    assert answers == [404, 404, 200]


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
