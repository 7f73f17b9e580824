"""Break-glass: asked for, approved by a second person, limited, ended, on the record."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from apps.audit.verify import verify_chain
from apps.core.scope import organization_scope
from apps.reports.models import Report
from apps.tenants import entries
from apps.tenants.models import EmergencyAccess, Organization, PlatformRole, Site, User
from tests.admin.people import (
    REASON,
    enter_page,
    entered,
    events,
    page,
    platform_staff,
    signed_in,
)
from tests.database import committed
from tests.factories import inside, make_entry, make_staff, make_user, make_visit, organization_of
from tests.isolation.rows import make_row

pytestmark = committed

LEAVE = "/organizations/leave"
LISTED = "/platform/entries"
NEED = {"category": "incident", "reason": REASON, "ticket": "CASE-17"}
OVER = ["tenants.organization.left", "tenants.entry.expired", "tenants.entry.lapsed"]


def asked(organization):
    with inside(organization):
        return EmergencyAccess.objects.select_related("asked_by").latest("id")


def changed(entry, **fields):
    with organization_scope(entry.organization_id), transaction.atomic():
        EmergencyAccess.objects.filter(pk=entry.pk).update(**fields)


def allow_emergencies(organization):
    with inside(organization):
        Organization.objects.filter(pk=organization.pk).update(allows_emergency_entry=True)


def act(client, what, entry, **data):
    return client.post(reverse(f"{what}-entry", args=[entry.public_id]), data, follow=True)


def test_asking_opens_nothing(mercy):
    support = platform_staff("support")
    client = signed_in(support)
    assert client.post(enter_page(mercy), NEED).url == LISTED
    assert client.get(page(Report)).status_code == 403
    [event] = events(mercy, "tenants.entry.asked")
    assert (event.actor, json.loads(event.details)) == (support, NEED)


def test_a_second_person_lets_in(mercy, lakeside):
    support, security = platform_staff("support"), make_staff("security")
    client = signed_in(support)
    client.post(enter_page(mercy), NEED)
    assert "It is not approved" in act(client, "use", asked(mercy)).content.decode()
    assert client.get(page(Report)).status_code == 403
    act(signed_in(security), "approve", asked(mercy))
    act(client, "use", asked(mercy))
    assert client.get(page(Report)).status_code == 200
    assert [e.actor for e in events(mercy, "tenants.entry.approved")] == [security]
    assert [e.actor for e in events(mercy, "tenants.organization.entered")] == [support]
    assert events(lakeside) == []
    assert verify_chain(mercy.pk).failure == ""


def test_nobody_approves_the_own_request(mercy):
    entry = make_entry(mercy)
    PlatformRole.objects.filter(user=entry.asked_by).update(role="security")
    text = act(signed_in(entry.asked_by), "approve", entry).content.decode()
    assert "this is your own request" in text
    assert asked(mercy).approved_at is None
    with pytest.raises(IntegrityError, match="entry_approved_by_another"):
        changed(entry, approved_by=entry.asked_by)


@pytest.mark.parametrize("role", ["operator", "security"])
def test_operators_and_security_approve_and_refuse(role, mercy):
    approved, refused = make_entry(mercy), make_entry(mercy)
    client = signed_in(make_staff(role))
    act(client, "approve", approved), act(client, "refuse", refused)
    with inside(mercy):
        approved.refresh_from_db(), refused.refresh_from_db()
    assert approved.approved_at is not None
    assert (refused.approved_at, refused.ending) == (None, "refused")


@pytest.mark.parametrize("role", ["", "operator", "security", "superuser"])
def test_only_support_asks_and_goes_in(role, mercy):
    staff = make_staff("" if role == "superuser" else role, is_superuser=role == "superuser")
    client = signed_in(staff)
    assert client.post(enter_page(mercy), NEED).status_code == 403
    entry = make_entry(mercy, staff, approved_by=make_staff("security"), approved_at=timezone.now())
    assert act(client, "use", entry).status_code == 403


def test_an_approval_is_of_one_person(mercy):
    entry = make_entry(mercy, approved_by=make_staff("security"), approved_at=timezone.now())
    other = signed_in(platform_staff("support"))
    assert "not approved" in act(other, "use", entry).content.decode()
    assert other.get(page(Report)).status_code == 403


def test_an_approval_not_used_lapses_after_fifteen_minutes(mercy):
    entry = entries.approve(make_entry(mercy), make_staff("security"))
    left = entry.usable_until - timezone.now()
    assert dt.timedelta(minutes=14) < left <= dt.timedelta(minutes=15)
    changed(entry, usable_until=timezone.now() - dt.timedelta(seconds=1))
    text = act(signed_in(entry.asked_by), "use", entry).content.decode()
    assert "not used in time" in text
    assert entries.close_overdue() == 1
    assert [e.code for e in events(mercy, *OVER)] == ["tenants.entry.lapsed"]


def test_an_approval_is_used_once(mercy):
    support = platform_staff("support")
    client = entered(mercy, support)
    client.post(LEAVE)
    assert "used already" in act(client, "use", asked(mercy)).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [{"reason": ""}, {"reason": "too short a one"}, {"reason": " x" + " " * 30}, {"ticket": ""},
     {"category": "curiosity"}],
)  # fmt: skip
def test_asking_needs_a_category_a_reason_and_a_ticket(wrong, mercy):
    answer = signed_in(platform_staff("support")).post(enter_page(mercy), NEED | wrong)
    assert list(answer.context["form"].errors) == list(wrong)
    assert events(mercy) == []


def test_one_open_request_each(mercy):
    client = signed_in(platform_staff("support"))
    client.post(enter_page(mercy), NEED)
    text = client.post(enter_page(mercy), NEED, follow=True).content.decode()
    assert "open request for this organization already" in text
    assert len(events(mercy, "tenants.entry.asked")) == 1


def test_an_emergency_is_refused_where_it_is_not_allowed(mercy):
    client = signed_in(platform_staff("support"))
    assert "emergency" not in client.get(enter_page(mercy)).context["form"].fields
    client.post(enter_page(mercy), NEED | {"emergency": "on"})
    assert client.get(page(Report)).status_code == 403
    with pytest.raises(entries.NotNow):
        entries.ask_in_an_emergency(mercy, platform_staff("support"), entries.Need(**NEED))


def test_an_emergency_is_let_in_at_once_and_reviewed_by_another(mercy):
    allow_emergencies(mercy)
    support, security = platform_staff("support"), make_staff("security")
    client = signed_in(support)
    assert client.post(enter_page(mercy), NEED | {"emergency": "on"}).url == "/admin/"
    assert client.get(page(Report)).status_code == 200
    left = asked(mercy).review_due_at - timezone.now()
    assert dt.timedelta(hours=23) < left <= dt.timedelta(hours=24)
    client.post(LEAVE)
    listed = signed_in(security).get(LISTED).content.decode()
    assert "Review due" in listed
    act(signed_in(security), "review", asked(mercy), note="Needed: the queue stood still.")
    assert (asked(mercy).review_is_open, asked(mercy).reviewed_by) == (False, security)
    assert [e.actor for e in events(mercy, "tenants.entry.reviewed")] == [security]


def test_nobody_reviews_the_own_emergency(mercy):
    entry = make_visit(mercy, is_emergency=True, review_due_at=timezone.now())
    with pytest.raises(entries.NotNow, match="your own"):
        entries.review(entry, entry.asked_by, "All was well, I think.")
    with pytest.raises(IntegrityError, match="entry_reviewed_by_another"):
        changed(entry, reviewed_by=entry.asked_by)


def test_the_database_refuses_an_entry_that_nobody_approved(mercy):
    with pytest.raises(IntegrityError, match="entry_is_approved_or_an_emergency"):
        make_entry(mercy, entered_at=timezone.now())


def test_entering_changes_the_session_key(mercy):
    entry = make_entry(mercy)
    entries.approve(entry, make_staff("security"))
    client = signed_in(entry.asked_by)
    before = client.session.session_key
    act(client, "use", entry)
    assert client.session.session_key != before


def test_the_form_begins_without_a_complaint(mercy):
    page = signed_in(platform_staff("support")).get(enter_page(mercy)).content.decode()
    assert "There is a problem" not in page
    assert "This field is required" not in page


def test_who_is_in_no_organization_by_an_entry_leaves_none(mercy, admin_user):
    for client in (signed_in(admin_user), signed_in(platform_staff("support"))):
        assert client.post(LEAVE).status_code == 302
        assert client.get("/admin/").status_code == 200
    assert events(mercy, "tenants.organization.left") == []


def test_the_list_offers_what_the_role_may(mercy):
    support, another = platform_staff("support"), platform_staff("support")
    security = platform_staff("security")
    make_entry(mercy, support)
    # Asked for by one who is in support no longer.
    make_entry(mercy, security, approved_by=another, approved_at=timezone.now())
    seen = {
        person: [
            words in signed_in(person).get(LISTED).content.decode()
            for words in (f"Approve entry to {mercy}", f"Go in to {mercy}")
        ]
        for person in (support, another, security)
    }
    nothing = [False, False]
    assert seen == {support: nothing, another: nothing, security: [True, False]}


def test_every_page_says_so_until_they_leave(mercy):
    client = entered(mercy)
    for address in ("/admin/", page(Report), page(Site), "/worklist", "/arrivals"):
        text = client.get(address).content.decode()
        assert f"Inside mercy: <em>{REASON}</em>" in text
    client.post(LEAVE)
    assert "Inside mercy" not in client.get("/admin/").content.decode()


def test_leaving_ends_it_and_is_recorded(mercy):
    staff, report = platform_staff("support"), make_row(Report, mercy)
    client = entered(mercy, staff)
    pages = [page(Report), page(Report, "change", report)]
    assert [client.get(address).status_code for address in pages] == [200, 200]
    assert client.post(LEAVE).status_code == 302
    assert [client.get(address).status_code for address in pages] == [403, 403]
    [event] = events(mercy, *OVER)
    assert (event.code, event.actor) == ("tenants.organization.left", staff)


def test_the_time_runs_out_for_a_browser_that_comes_back(mercy):
    client = entered(mercy)
    left = asked(mercy).expires_at - timezone.now()
    assert dt.timedelta(minutes=29) < left <= dt.timedelta(minutes=30)
    changed(asked(mercy), expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert client.get(page(Report)).status_code == 403
    assert client.get("/admin/").status_code == 200
    assert [e.code for e in events(mercy, *OVER)] == ["tenants.entry.expired"]


@pytest.mark.parametrize("field", ["expires_at", "last_seen_at"])
def test_the_end_is_written_once_for_a_browser_that_never_comes_back(field, mercy):
    entry = make_visit(mercy)
    changed(entry, **{field: timezone.now() - dt.timedelta(minutes=11)})
    for _ in range(2):
        call_command("sweep", "--once")
    [event] = events(mercy, *OVER)
    reason = "expired" if field == "expires_at" else "idle"
    assert (event.actor, json.loads(event.details)["reason"]) == (None, reason)
    assert asked(mercy).ending == reason


def test_a_visit_in_time_is_left_alone(mercy):
    make_visit(mercy)
    assert entries.close_overdue() == 0
    assert asked(mercy).ended_at is None


def test_polls_of_an_unattended_page_hold_no_door_open(mercy):
    client, seen = entered(mercy), timezone.now() - dt.timedelta(minutes=5)
    changed(asked(mercy), last_seen_at=seen)
    client.get("/worklist/counts", headers={"HX-Request": "true"})
    assert asked(mercy).last_seen_at == seen
    client.get("/worklist")
    assert asked(mercy).last_seen_at > seen


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_who_is_staff_no_longer_is_out(change, mercy):
    support = platform_staff("support")
    client = entered(mercy, support)
    User.objects.filter(pk=support.pk).update(**change)
    assert client.get(page(Report)).status_code in (302, 403)


def test_who_is_support_no_longer_is_out(mercy):
    support = platform_staff("support")
    client = entered(mercy, support)
    PlatformRole.objects.filter(user=support).update(role="operator")
    assert client.get(page(Report)).status_code == 403


def test_only_one_organization_at_a_time(mercy, lakeside):
    client = entered(mercy)
    assert client.post(enter_page(lakeside), NEED).status_code == 403
    assert events(lakeside) == []


def test_inside_one_nothing_of_another_is_seen(mercy, lakeside):
    foreign = make_row(Site, lakeside)
    assert entered(mercy).get(page(Site, "change", foreign)).status_code == 404


@pytest.mark.parametrize("role", ["administrator", "reader", "technician", "auditor"])
def test_members_cannot_enter(role, mercy, lakeside):
    client = signed_in(make_user(mercy, role))
    for organization in (mercy, lakeside):
        assert client.post(enter_page(organization), NEED).status_code == 403
        assert events(organization, "tenants.entry.asked") == []


def test_the_reserved_organization_cannot_be_entered(mercy):
    client = signed_in(platform_staff("support"))
    unknown = reverse("enter-organization", args=["00000000-0000-4000-8000-000000000000"])
    assert client.get(enter_page(mercy)).status_code == 200
    assert client.get(enter_page(organization_of("platform"))).status_code == 404
    assert client.get(unknown).status_code == 404
