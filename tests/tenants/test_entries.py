"""The states of an entry, asked of the actions themselves: what cannot be done in each."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import transaction
from django.utils import timezone

from apps.core.scope import organization_scope
from apps.tenants import entries
from apps.tenants.models import EmergencyAccess
from tests.database import committed
from tests.factories import make_entry, make_staff, make_visit

pytestmark = committed

NEED = entries.Need("incident", "Deliveries stopped, asked for by the ward", "CASE-17")
NOW = timezone.now


def again(entry):
    with organization_scope(entry.organization_id), transaction.atomic():
        return EmergencyAccess.objects.get(pk=entry.pk)


def changed(entry, **fields):
    with organization_scope(entry.organization_id), transaction.atomic():
        EmergencyAccess.objects.filter(pk=entry.pk).update(**fields)
    return entry


def hold(entry, person=None, *, name=None, seen=True):
    person = person or entry.asked_by
    return entries.hold(entry.organization_id, name or str(entry.public_id), person, seen=seen)


def test_two_persons_ask_side_by_side_and_one_again_when_it_is_over(mercy):
    one, two = make_staff("support"), make_staff("support")
    first, _ = entries.ask(mercy, one, NEED), entries.ask(mercy, two, NEED)
    with pytest.raises(entries.NotNow):
        entries.ask(mercy, one, NEED)
    entries.refuse(first, make_staff("security"))
    assert entries.ask(mercy, one, NEED).pk != first.pk


def test_an_approval_is_not_renewed_by_approving_again(mercy):
    security = make_staff("security")
    entry = entries.approve(make_entry(mercy), security)
    with pytest.raises(entries.NotNow, match="approved already"):
        entries.approve(entry, security)
    assert again(entry).usable_until == entry.usable_until


def test_an_emergency_is_not_approved_afterwards(mercy):
    entry = make_entry(mercy, is_emergency=True)
    with pytest.raises(entries.NotNow, match="approved already"):
        entries.approve(entry, make_staff("security"))


@pytest.mark.parametrize("decide", [entries.approve, entries.refuse])
@pytest.mark.parametrize("state", ["refused", "lapsed", "inside"])
def test_what_does_not_wait_any_more_is_not_decided(state, decide, mercy):
    entry = make_visit(mercy) if state == "inside" else make_entry(mercy)
    if state == "refused":
        changed(entry, ended_at=NOW(), ending="refused")
    if state == "lapsed":
        changed(entry, usable_until=NOW() - dt.timedelta(seconds=1))
    with pytest.raises(entries.NotNow, match="not waiting"):
        decide(entry, make_staff("security"))


def test_an_approval_taken_back_is_not_used(mercy):
    security = make_staff("security")
    entry = entries.approve(make_entry(mercy), security)
    entries.refuse(entry, security)
    with pytest.raises(entries.NotNow):
        entries.use(entry, entry.asked_by)


def test_a_visit_holds_for_its_visitor_and_its_name_alone(mercy, lakeside):
    entry, other = make_visit(mercy), make_visit(lakeside)
    assert hold(entry)
    assert not hold(entry, other.asked_by)
    assert not hold(entry, name=str(other.public_id))
    assert not hold(entry, name=str(uuid.uuid4()))


def test_a_request_is_no_visit(mercy):
    asked = make_entry(mercy)
    approved = entries.approve(make_entry(mercy), make_staff("security"))
    assert not hold(asked)
    assert not hold(approved)


@pytest.mark.parametrize("end", ["leave", "end"])
def test_what_is_over_holds_no_longer(end, mercy):
    entry = make_visit(mercy)
    if end == "leave":
        entries.leave(mercy.pk, str(entry.public_id), entry.asked_by)
    else:
        entries.end(entry, make_staff())
    assert not hold(entry)
    assert again(entry).ending == {"leave": "left", "end": "ended"}[end]


def test_being_seen_is_noted_every_half_minute(mercy):
    entry = make_visit(mercy)
    before = again(entry).last_seen_at
    assert hold(entry)
    assert again(entry).last_seen_at == before
    changed(entry, last_seen_at=before - dt.timedelta(seconds=31))
    assert hold(entry)
    assert again(entry).last_seen_at > before


def test_an_emergency_is_reviewed_once_and_nothing_else_is(mercy):
    security = make_staff("security")
    ordinary = make_visit(mercy)
    with pytest.raises(entries.NotNow, match="reviewed already"):
        entries.review(ordinary, security, "All in order here.")
    emergency = make_visit(mercy, is_emergency=True, review_due_at=NOW())
    entries.review(emergency, security, "All in order here.")
    with pytest.raises(entries.NotNow, match="reviewed already"):
        entries.review(emergency, security, "Changed my mind.")
    assert again(emergency).review_note == "All in order here."


def test_an_overdue_review_says_so(mercy):
    minute = dt.timedelta(minutes=1)
    entry = make_visit(mercy, is_emergency=True, review_due_at=NOW() + minute)
    assert not entry.review_is_late
    changed(entry, review_due_at=NOW() - minute)
    assert again(entry).review_is_late
    entries.review(entry, make_staff("security"), "All in order here.")
    assert not again(entry).review_is_late


def test_the_sweeper_goes_through_every_organization(mercy, lakeside):
    for organization in (mercy, lakeside):
        make_visit(organization, expires_at=NOW() - dt.timedelta(seconds=1))
    assert entries.close_overdue() == 2
    assert entries.close_overdue() == 0
