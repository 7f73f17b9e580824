"""Platform staff enter one organization, with a reason, for a while, on the record."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.audit.verify import verify_chain
from apps.reports.models import Report
from apps.tenants.access import ENTRY_UNTIL_KEY
from apps.tenants.models import Site
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
from tests.isolation.rows import make_row

pytestmark = committed

LEAVE = "/organizations/leave"


def test_entering_is_on_the_organizations_record(mercy, lakeside):
    staff = platform_staff()
    entered(staff, mercy)
    [event] = events(mercy, "tenants.organization.entered")
    assert event.actor == staff
    assert json.loads(event.details) == {"reason": REASON}
    assert events(lakeside) == []
    assert verify_chain(mercy.pk).failure == ""


@pytest.mark.parametrize("reason", ["", "short", "          x          "])
def test_entering_needs_a_reason(reason, mercy):
    client = signed_in(platform_staff())
    assert client.post(enter_page(mercy), {"reason": reason}).status_code == 200
    assert client.get(page(Report)).status_code == 403
    assert events(mercy) == []


def test_entering_changes_the_session_key(mercy):
    client = signed_in(platform_staff())
    before = client.session.session_key
    client.post(enter_page(mercy), {"reason": REASON})
    assert client.session.session_key != before


def test_every_page_says_so_until_they_leave(mercy):
    client = entered(platform_staff(), mercy)
    for address in ("/admin/", page(Report), page(Site), page(Site, "add")):
        text = client.get(address).content.decode()
        assert f"Inside mercy: <em>{REASON}</em>" in text
    client.post(LEAVE)
    assert "Inside mercy" not in client.get("/admin/").content.decode()


def test_leaving_ends_it_and_is_recorded(mercy):
    staff, report = platform_staff(), make_row(Report, mercy)
    client = entered(staff, mercy)
    pages = [page(Report), page(Report, "change", report)]
    assert [client.get(address).status_code for address in pages] == [200, 200]
    assert client.post(LEAVE).status_code == 302
    assert [client.get(address).status_code for address in pages] == [403, 403]
    [event] = events(mercy, "tenants.organization.left")
    assert event.actor == staff


def test_the_time_runs_out(mercy):
    client = entered(platform_staff(), mercy)
    session = client.session
    left = session[ENTRY_UNTIL_KEY] - timezone.now().timestamp()
    assert dt.timedelta(minutes=29) < dt.timedelta(seconds=left) <= dt.timedelta(minutes=30)
    session[ENTRY_UNTIL_KEY] = timezone.now().timestamp() - 1
    session.save()
    assert client.get(page(Report)).status_code == 403
    assert client.get("/admin/").status_code == 200


def test_only_one_organization_at_a_time(mercy, lakeside):
    client = entered(platform_staff(), mercy)
    assert client.post(enter_page(lakeside), {"reason": REASON}).status_code == 403
    assert events(lakeside) == []


def test_inside_one_nothing_of_another_is_seen(mercy, lakeside):
    foreign = make_row(Site, lakeside)
    client = entered(platform_staff(), mercy)
    assert client.get(page(Site, "change", foreign)).status_code == 404


@pytest.mark.parametrize("who", ["admin_user", "reader", "technician", "stranger"])
def test_others_cannot_enter(who, mercy, lakeside, request):
    client = signed_in(request.getfixturevalue(who))
    for organization in (mercy, lakeside):
        assert client.post(enter_page(organization), {"reason": REASON}).status_code == 403
        assert events(organization, "tenants.organization.entered") == []


def test_the_reserved_organization_cannot_be_entered(mercy):
    from tests.factories import organization_of

    client = signed_in(platform_staff())
    unknown = reverse("enter-organization", args=["00000000-0000-4000-8000-000000000000"])
    assert client.get(enter_page(mercy)).status_code == 200
    assert client.get(enter_page(organization_of("platform"))).status_code == 404
    assert client.get(unknown).status_code == 404
