"""The access review: who is listed, what is flagged, who decides, what the sign-off says."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json

import pytest
from django.utils import timezone

from apps.tenants import access_review
from apps.tenants.actions import add_member
from apps.tenants.lookups import memberships_of
from apps.tenants.models import AccessReview, Membership, User
from tests.admin.people import events, platform_staff, recorded, signed_in
from tests.database import committed
from tests.factories import inside, make_staff, make_user, organization_of

pytestmark = committed

PAGE = "/access/review"
ALL = "/platform/access-review"
LATER = dt.timedelta(days=91)


def holders(organization, at=None):
    with inside(organization):
        found = access_review.holders(at or timezone.now())
    return {holder.name: holder for holder in found}


def flags_of(organization, user, at=None):
    return holders(organization, at)[user.full_name].flags


def decide(client, user, verdict="kept", reason="Works on ward 7"):
    given = {"verdict": verdict, "reason": reason}
    return client.post(f"{PAGE}/{user.public_id}", given, follow=True)


def member(organization, user, **changes):
    with inside(organization):
        Membership.objects.filter(user=user).update(**changes)


def test_every_open_membership_is_listed_and_no_ended_one(mercy, lakeside, reader, technician):
    make_user(lakeside)
    member(mercy, technician, is_active=False)
    assert list(holders(mercy)) == [reader.full_name]


def test_use_is_what_the_person_did_here(mercy, lakeside, reader):
    assert flags_of(mercy, reader) == ("never used",)
    with inside(lakeside):
        add_member(lakeside, reader, "reader")
    recorded(lakeside, "ecg.worklist.viewed", actor=reader)
    assert flags_of(mercy, reader) == ("never used",)
    recorded(mercy, "ecg.worklist.viewed", actor=reader)
    assert flags_of(mercy, reader) == ()
    assert flags_of(mercy, reader, timezone.now() + LATER) == ("unused for more than 90 days",)


def test_an_administrator_who_never_administered_is_flagged(mercy, admin_user):
    recorded(mercy, "ecg.worklist.viewed", actor=admin_user)
    assert flags_of(mercy, admin_user) == ("administrator who never administered",)
    recorded(mercy, "web.admin.changed", actor=admin_user)
    assert flags_of(mercy, admin_user) == ()


@pytest.mark.parametrize(
    ("days", "flag"), [(-1, "ended"), (0, "ends within 30 days"), (30, "ends within 30 days")]
)
def test_an_end_that_is_near_or_past_is_flagged(days, flag, mercy, reader):
    today = timezone.now().date()
    member(mercy, reader, ends_on=today + dt.timedelta(days=days))
    assert flag in flags_of(mercy, reader)
    member(mercy, reader, ends_on=today + dt.timedelta(days=31))
    assert flags_of(mercy, reader) == ("never used",)


def test_a_closed_account_and_platform_staff_are_flagged(mercy, reader):
    User.objects.filter(pk=reader.pk).update(is_active=False, is_staff=True)
    assert {"account is closed", "also platform staff"} < set(flags_of(mercy, reader))


def test_kept_is_on_the_record_with_its_reason(mercy, admin_user, reader):
    decide(signed_in(admin_user), reader)
    [event] = events(mercy, "tenants.access.decided")
    said = json.loads(event.details)
    assert (said["decision"], said["reason"]) == ("kept", "Works on ward 7")
    assert said["person"] == str(reader.public_id)
    assert len(memberships_of(reader.pk)) == 1


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_removed_ends_the_membership(role, mercy, reader):
    reading = signed_in(reader)
    assert reading.get("/worklist").status_code == 200
    decide(signed_in(make_user(mercy, role)), reader, "removed", "Left in May")
    assert memberships_of(reader.pk) == []
    assert reading.get("/worklist").status_code == 302


@pytest.mark.parametrize("wrong", [{"reason": " "}, {"verdict": "maybe"}])
def test_a_decision_needs_a_verdict_and_a_reason(wrong, mercy, admin_user, reader):
    text = decide(signed_in(admin_user), reader, **wrong).content.decode()
    assert "say why" in text
    assert events(mercy, "tenants.access.decided") == []


def test_nobody_decides_on_themselves(mercy, admin_user):
    assert "their own access" in decide(signed_in(admin_user), admin_user).content.decode()
    assert events(mercy, "tenants.access.decided") == []


def test_a_person_of_elsewhere_is_like_nobody(mercy, admin_user, stranger):
    assert decide(signed_in(admin_user), stranger).status_code == 404


def test_the_review_is_signed_off_when_everybody_is_decided(mercy, admin_user, reader, technician):
    client = signed_in(admin_user)
    decide(client, reader)
    text = client.post(f"{PAGE}/sign-off", follow=True).content.decode()
    assert f"Not decided yet: {technician.full_name}" in text
    decide(client, technician)
    client.post(f"{PAGE}/sign-off")
    [event] = events(mercy, "tenants.access.reviewed")
    due = (timezone.now() + access_review.EVERY).date()
    assert (event.actor, json.loads(event.details)) == (
        admin_user,
        {"count": 2, "due": due.isoformat()},
    )
    text = client.get(PAGE).content.decode()
    assert f"Due {due:%d-%b-%Y}" in text
    assert f"by {admin_user}" in text


def test_the_next_review_begins_empty(mercy, admin_user, reader):
    client = signed_in(admin_user)
    decide(client, reader)
    client.post(f"{PAGE}/sign-off")
    with inside(mercy):
        assert access_review.decisions_of(access_review.open_review()) == {}
    decide(client, reader, reason="Still here")
    with inside(mercy):
        assert AccessReview.objects.count() == 2


def test_an_empty_review_is_not_signed_off(mercy, admin_user):
    text = signed_in(admin_user).post(f"{PAGE}/sign-off", follow=True).content.decode()
    assert "Decide on at least one of them first." in text
    assert events(mercy, "tenants.access.reviewed") == []


def test_a_review_that_is_late_says_so(mercy, admin_user):
    assert "Was due" not in signed_in(admin_user).get(PAGE).content.decode()
    with inside(mercy):
        made = mercy.created_at - dt.timedelta(days=91)
        type(mercy).objects.filter(pk=mercy.pk).update(created_at=made)
    assert "Was due" in signed_in(admin_user).get(PAGE).content.decode()


@pytest.mark.parametrize("form", ["csv", "json"])
def test_the_export_holds_what_the_page_shows(form, mercy, admin_user):
    evil = make_user(mercy, full_name="=HYPERLINK(1)")
    decide(signed_in(admin_user), evil, reason="+1 from the ward")
    answer = signed_in(admin_user).get(f"{PAGE}/file?form={form}")
    if form == "json":
        [row] = [row for row in answer.json() if row["e-mail"] == evil.email]
        assert (row["name"], row["verdict"]) == (evil.full_name, "kept")
    else:
        text = answer.content.decode("utf-8-sig")
        [row] = [r for r in csv.DictReader(io.StringIO(text)) if r["e-mail"] == evil.email]
        assert (row["name"], row["reason"]) == ("'=HYPERLINK(1)", "'+1 from the ward")
    assert len(events(mercy, "tenants.access.exported")) == 1


def test_an_export_of_no_such_form_is_not_there(mercy, admin_user):
    assert signed_in(admin_user).get(f"{PAGE}/file?form=xml").status_code == 404


def test_security_sees_all_organizations_and_what_shows_only_across_them(mercy, lakeside, reader):
    with inside(lakeside):
        add_member(lakeside, reader, "technician")
    client = signed_in(make_staff("security"))
    text = client.get(ALL).content.decode()
    assert "Mercy" in text
    assert "Lakeside" in text
    assert text.count("roles in several organizations") == 2
    member(mercy, reader, is_active=False)
    assert "left one organization, active in another" in client.get(ALL).content.decode()
    found = events(organization_of("platform"), "tenants.access.viewed")
    assert len(found) == 2


def test_no_other_member_reviews(mercy, reader, technician):
    client = signed_in(technician)
    assert client.get(PAGE).status_code == 403
    assert decide(client, reader).status_code == 403


def test_an_organization_is_not_told_of_another(mercy, lakeside, reader, admin_user):
    with inside(lakeside):
        add_member(lakeside, reader, "technician")
    text = signed_in(admin_user).get(PAGE).content.decode()
    assert "several organizations" not in text


def test_platform_staff_are_reviewed_too(monkeypatch):
    security, lost = make_staff("security"), make_staff()
    monkeypatch.setattr(access_review, "second_factors", lambda users: {security.pk})
    found = {h.name: h.flags for h in access_review.platform_staff(timezone.now())}
    assert found[security.full_name] == ("never used",)
    assert found[lost.full_name] == ("never used", "no role", "no second factor")
    rows = signed_in(security).get(f"{ALL}/file?form=json").json()
    assert {row["name"] for row in rows if row["kind"] == "platform"} == set(found)


def test_a_second_factor_that_is_not_known_is_not_flagged(settings):
    settings.INSTALLED_APPS = [a for a in settings.INSTALLED_APPS if a != "allauth.mfa"]
    staff = make_staff("security")
    [found] = access_review.platform_staff(timezone.now())
    assert (found.name, "no second factor" in found.flags) == (staff.full_name, False)


@pytest.mark.parametrize("role", ["operator", "support", ""])
def test_other_platform_staff_see_no_review(role):
    assert signed_in(platform_staff(role)).get(ALL).status_code == 403
