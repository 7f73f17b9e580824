"""Break-glass: platform staff in one organization, for a written reason and a limited time.

Everything is written in the organization's own scope and trail, also what happens outside it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.audit import actions as audit
from apps.core.scope import organization_scope
from apps.tenants.models import EmergencyAccess, Organization, User

STAY = dt.timedelta(minutes=30)
APPROVED_FOR = dt.timedelta(minutes=15)
ASKED_FOR = dt.timedelta(hours=4)
IDLE = dt.timedelta(minutes=10)
REVIEWED_WITHIN = dt.timedelta(hours=24)
NOTED_EVERY = dt.timedelta(seconds=30)

Ending = EmergencyAccess.Ending


class NotNow(Exception):
    """The entry is not in the state for it; the message is for the person."""


@dataclass(frozen=True, slots=True)
class Need:
    """Why somebody must go in."""

    category: str
    reason: str
    ticket: str


@contextmanager
def _inside(organization_id: int) -> Iterator[None]:
    with organization_scope(organization_id), transaction.atomic():
        yield


def inside_now(now: dt.datetime) -> QuerySet[EmergencyAccess]:
    """Whoever of the platform is in the scope's organization."""
    return EmergencyAccess.objects.filter(
        entered_at__isnull=False, ended_at=None, expires_at__gt=now
    )


def ask(organization: Organization, person: User, need: Need) -> EmergencyAccess:
    """A request for a second person to approve. Raises NotNow where one is open already."""
    with _inside(organization.pk):
        entry = _asked(organization, person, need)
        audit.record("tenants.entry.asked", entry, actor=person, **_said(entry))
    return entry


def ask_in_an_emergency(organization: Organization, person: User, need: Need) -> EmergencyAccess:
    """In at once, to be reviewed by a second person. Raises NotNow where it is not allowed."""
    now = timezone.now()
    with _inside(organization.pk):
        if not Organization.objects.get(pk=organization.pk).allows_emergency_entry:
            raise NotNow("The organization does not allow entry without approval.")
        entry = _asked(organization, person, need, is_emergency=True)
        entry.review_due_at = now + REVIEWED_WITHIN
        _go_in(entry, now)
    return entry


def _asked(
    organization: Organization, person: User, need: Need, *, is_emergency: bool = False
) -> EmergencyAccess:
    if EmergencyAccess.objects.filter(asked_by=person, ended_at=None).exists():
        raise NotNow("You have an open request for this organization already.")
    return EmergencyAccess.objects.create(
        organization_id=organization.pk,
        asked_by=person,
        category=need.category,
        reason=need.reason,
        ticket=need.ticket,
        is_emergency=is_emergency,
        usable_until=timezone.now() + ASKED_FOR,
    )


def _said(entry: EmergencyAccess) -> dict[str, Any]:
    return {"category": entry.category, "reason": entry.reason, "ticket": entry.ticket}


def approve(entry: EmergencyAccess, by: User) -> EmergencyAccess:
    """By a second person; usable for a quarter of an hour. Raises NotNow."""

    def change(row: EmergencyAccess, now: dt.datetime) -> None:
        if row.approved_at or row.is_emergency:
            raise NotNow("It is approved already.")
        row.approved_by, row.approved_at = by, now
        row.usable_until = now + APPROVED_FOR
        audit.record("tenants.entry.approved", row, actor=by)

    return _decide(entry, by, change)


def refuse(entry: EmergencyAccess, by: User) -> EmergencyAccess:
    """Also an approval nobody has used yet may be taken back. Raises NotNow."""

    def change(row: EmergencyAccess, now: dt.datetime) -> None:
        row.ended_at, row.ended_by, row.ending = now, by, Ending.REFUSED
        audit.record("tenants.entry.refused", row, actor=by)

    return _decide(entry, by, change)


def _decide(
    entry: EmergencyAccess, by: User, change: Callable[[EmergencyAccess, dt.datetime], None]
) -> EmergencyAccess:
    now = timezone.now()
    with _inside(entry.organization_id):
        row = _locked(entry.public_id)
        if row.asked_by_id == by.pk:
            raise NotNow("A second person decides: this is your own request.")
        if row.entered_at or not _is_usable(row, now):
            raise NotNow("It is not waiting any more.")
        change(row, now)
        row.save()
    return row


def _locked(public_id: uuid.UUID | str) -> EmergencyAccess:
    return EmergencyAccess.objects.select_for_update(no_key=True).get(public_id=public_id)


def _is_usable(row: EmergencyAccess, now: dt.datetime) -> bool:
    return row.ended_at is None and now <= row.usable_until


def use(entry: EmergencyAccess, person: User) -> EmergencyAccess:
    """Go in by an approved request of one's own. Raises NotNow."""
    now = timezone.now()
    with _inside(entry.organization_id):
        row = _locked(entry.public_id)
        if row.asked_by_id != person.pk or row.entered_at or not row.approved_at:
            raise NotNow("It is not approved, or was used already.")
        if not _is_usable(row, now):
            raise NotNow("The approval was not used in time. Ask again.")
        _go_in(row, now)
    return row


def _go_in(row: EmergencyAccess, now: dt.datetime) -> None:
    row.entered_at = row.last_seen_at = now
    row.expires_at = now + STAY
    row.save()
    audit.record(
        "tenants.organization.entered",
        row,
        actor=row.asked_by,
        entry=str(row.public_id),
        emergency=int(row.is_emergency),
        **_said(row),
    )


def hold(organization_id: int, public_id: str, person: User, *, seen: bool) -> bool:
    """Whether the person is still inside; an entry found over is closed and written down."""
    now = timezone.now()
    with _inside(organization_id):
        row = EmergencyAccess.objects.filter(public_id=public_id, asked_by=person).first()
        if row is None or row.entered_at is None or row.ended_at is not None:
            return False
        if _overdue_ending(row, now):
            _close(row.public_id, now)
            return False
        if seen and now - (row.last_seen_at or row.entered_at) > NOTED_EVERY:
            row.last_seen_at = now
            row.save(update_fields=["last_seen_at"])
    return True


def leave(organization_id: int, public_id: str, person: User) -> None:
    """By the visitor. Does nothing where the visit is over already."""
    _end(organization_id, public_id, person, Ending.LEFT, "tenants.organization.left")


def end(entry: EmergencyAccess, by: User) -> None:
    """At once, by the organization's administrator."""
    _end(entry.organization_id, entry.public_id, by, Ending.ENDED, "tenants.entry.ended")


def _end(
    organization_id: int, public_id: uuid.UUID | str, by: User, ending: Ending, code: str
) -> None:
    with _inside(organization_id):
        row = _locked(public_id)
        if row.ended_at is None:
            row.ended_at, row.ended_by, row.ending = timezone.now(), by, ending
            row.save(update_fields=["ended_at", "ended_by", "ending"])
            audit.record(code, row, actor=by, entry=str(row.public_id))


def review(entry: EmergencyAccess, by: User, note: str) -> EmergencyAccess:
    """What a second person finds of an emergency entry. Raises NotNow."""
    with _inside(entry.organization_id):
        row = _locked(entry.public_id)
        if row.asked_by_id == by.pk:
            raise NotNow("A second person reviews: this is your own entry.")
        if not row.review_is_open:
            raise NotNow("It is reviewed already.")
        row.reviewed_by, row.reviewed_at, row.review_note = by, timezone.now(), note
        row.save(update_fields=["reviewed_by", "reviewed_at", "review_note"])
        audit.record("tenants.entry.reviewed", row, actor=by, reason=note)
    return row


def close_overdue() -> int:
    """The sweeper's part: what is over is closed and written once, also without a browser."""
    now = timezone.now()
    found = list(overdue(now).values_list("organization_id", "public_id"))
    closed = 0
    for organization_id, public_id in found:
        with _inside(organization_id):
            closed += _close(public_id, now)
    return closed


def overdue(now: dt.datetime) -> QuerySet[EmergencyAccess]:
    """Open ones whose time is up, of every organization, as the platform role sees them."""
    unused = Q(entered_at=None, usable_until__lt=now)
    inside = Q(entered_at__isnull=False) & (Q(expires_at__lt=now) | Q(last_seen_at__lt=now - IDLE))
    rows = EmergencyAccess.objects.db_manager("platform").filter(unused | inside, ended_at=None)
    return rows.order_by("pk")


def _overdue_ending(row: EmergencyAccess, now: dt.datetime) -> Ending | None:
    if row.entered_at is None:
        return None if _is_usable(row, now) else Ending.LAPSED
    if row.expires_at is not None and now > row.expires_at:
        return Ending.EXPIRED
    if row.last_seen_at is not None and now > row.last_seen_at + IDLE:
        return Ending.IDLE
    return None


def _close(public_id: uuid.UUID | str, now: dt.datetime) -> bool:
    row = _locked(public_id)
    ending = _overdue_ending(row, now)
    if row.ended_at is not None or ending is None:
        return False
    row.ended_at, row.ending = now, ending
    row.save(update_fields=["ended_at", "ending"])
    code = "tenants.entry.lapsed" if ending == Ending.LAPSED else "tenants.entry.expired"
    audit.record(code, row, reason=ending.value, entry=str(row.public_id))
    return True
