"""On-call lists: the rota, taking over now or later, and who is there."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404

from apps.audit import actions as audit
from apps.reports.cover import Entry, on_call
from apps.reports.models import OnCallList, OnCallShift
from apps.tenants.access import Active
from apps.tenants.models import Membership, User
from apps.tenants.queries import members_who_may, permit
from apps.tenants.zones import validate_zone

MOST_LISTED = 200
LONGEST = dt.timedelta(days=31)
PAST = dt.timedelta(days=1)


class NotCovered(Exception):
    """Refused: `field` is what is wrong, the text says why in words for a page."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True)
class Period:
    """From a local time to another in one zone."""

    begins_at: dt.datetime
    ends_at: dt.datetime
    time_zone: str


def period(begins: str, ends: str, zone: str, now: dt.datetime) -> Period:
    """As the fields of a page write it: 2026-11-29T20:00 and an IANA zone; no beginning is now.

    Raises NotCovered for a time that is none, that its zone skips or has twice, or out of order.
    """
    try:
        validate_zone(zone)
    except ValidationError:
        raise NotCovered("zone", "Name a time zone such as Europe/London.") from None
    start = _moment("begins", begins, zone) if begins else now
    end = _moment("ends", ends, zone)
    if end <= max(start, now):
        raise NotCovered("ends", "The end comes after the beginning, and is still to come.")
    if end - start > LONGEST:
        raise NotCovered("ends", f"At most {LONGEST.days} days at a time.")
    return Period(start, end, zone)


def _moment(field: str, text: str, zone: str) -> dt.datetime:
    try:
        local = dt.datetime.fromisoformat(text)
    except ValueError:
        raise NotCovered(field, "Give a day and a time.") from None
    if local.tzinfo is not None:
        raise NotCovered(field, "Give the time as the clock of the zone shows it.")
    found = {local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(dt.UTC) for fold in (0, 1)}
    back = {at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for at in found}
    if len(found) != 1 or back != {local}:
        raise NotCovered(field, "The clocks change then: choose another time.")
    return found.pop()


def lists(active: Active) -> list[OnCallList]:
    permit(active, "view_on_call")
    return list(OnCallList.objects.all())


def get_list_to_cover(active: Active, public_id: uuid.UUID) -> OnCallList:
    permit(active, "hand_over")
    found = OnCallList.objects.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def get_shift_to_strike(active: Active, by: User, public_id: uuid.UUID) -> OnCallShift:
    """Any for an administrator; else a hand-over by one of the two it is between."""
    permit(active, "hand_over")
    rows = OnCallShift.objects.filter(public_id=public_id)
    if not active.may("change_on_call"):
        rows = rows.filter(Q(person=by) | Q(instead_of=by), instead_of__isnull=False)
    found = rows.first()
    if found is None:
        raise Http404
    return found


def members(role: str = "", user: int | None = None) -> QuerySet[Membership]:
    """Who works here today and reads ECGs, by name."""
    rows = members_who_may("acknowledge_critical")
    if role:
        rows = rows.filter(role=role)
    return rows if user is None else rows.filter(user=user)


def on_call_now(duty: OnCallList, now: dt.datetime) -> list[User]:
    """Who covers it at this moment and still works here."""
    rows = OnCallShift.objects.filter(on_call_list=duty, struck_at=None, ends_at__gt=now)
    people = on_call((_entry(row) for row in rows), now)
    held = {row.user_id: row.user for row in members().filter(user__in=people)}
    return [held[one] for one in people if one in held]


def _entry(row: OnCallShift) -> Entry:
    return Entry(row.pk, row.person_id, row.instead_of_id, row.begins_at, row.ends_at)


def to_come(duties: Iterable[OnCallList], now: dt.datetime) -> list[OnCallShift]:
    """What counts now, is to come or ended a day ago, by its beginning."""
    rows = OnCallShift.objects.filter(
        on_call_list__in=list(duties), struck_at=None, ends_at__gt=now - PAST
    )
    return list(rows.select_related("on_call_list", "person", "instead_of")[:MOST_LISTED])


@transaction.atomic
def add_list(active: Active, name: str, admin: User) -> OnCallList:
    permit(active, "change_on_call")
    name = " ".join(name.split())[:60]
    if not name or OnCallList.objects.filter(name__iexact=name).exists():
        raise NotCovered("name", "Give a name that no other list has.")
    duty = OnCallList.objects.create(organization_id=active.organization_id, name=name)
    audit.record("reports.on_call.listed", duty, actor=admin)
    return duty


@transaction.atomic
def add_shift(
    active: Active, duty: OnCallList, person: uuid.UUID, when: Period, by: User, now: dt.datetime
) -> OnCallShift:
    """An entry of the rota. Raises NotCovered for somebody who does not work here."""
    permit(active, "change_on_call")
    shift = _write(duty, _member(person), None, when, by, now)
    audit.record("reports.on_call.entered", shift, actor=by, person=str(shift.person.public_id))
    return shift


@transaction.atomic
def hand_over(
    active: Active,
    duty: OnCallList,
    *,
    from_whom: uuid.UUID,
    to_whom: uuid.UUID,
    when: Period,
    by: User,
    now: dt.datetime,
) -> OnCallShift:
    """One's own cover, or an administrator anybody's: now or later.

    Raises NotCovered for somebody who does not work here or covers nothing in that time.
    """
    permit(active, "hand_over")
    giver, taker = _anybody(duty, from_whom), _member(to_whom)
    if giver != by and taker != by and not active.may("change_on_call"):
        raise PermissionDenied
    if giver == taker:
        raise NotCovered("to", "Choose somebody else.")
    held = OnCallShift.objects.filter(
        on_call_list=duty,
        person=giver,
        struck_at=None,
        begins_at__lt=when.ends_at,
        ends_at__gt=when.begins_at,
    )
    if not held.exists():
        raise NotCovered("from", f"{giver} is not on call in that time.")
    shift = _write(duty, taker, giver, when, by, now)
    audit.record("reports.on_call.handed_over", shift, actor=by, person=str(taker.public_id))
    return shift


@transaction.atomic
def strike(shift: OnCallShift, by: User, now: dt.datetime) -> None:
    """Take an entry back, once."""
    struck = OnCallShift.objects.filter(pk=shift.pk, struck_at=None)
    if struck.update(struck_at=now, struck_by=by):
        audit.record("reports.on_call.struck", shift, actor=by)


def _write(
    duty: OnCallList, person: User, giver: User | None, when: Period, by: User, now: dt.datetime
) -> OnCallShift:
    return OnCallShift.objects.create(
        organization_id=duty.organization_id,
        on_call_list=duty,
        person=person,
        instead_of=giver,
        begins_at=when.begins_at,
        ends_at=when.ends_at,
        time_zone=when.time_zone,
        made_by=by,
        made_at=now,
    )


def _member(public_id: uuid.UUID) -> User:
    found = members().filter(user__public_id=public_id).first()
    if found is None:
        raise NotCovered("person", "Choose somebody who works here and reads ECGs.")
    return found.user


def _anybody(duty: OnCallList, public_id: uuid.UUID) -> User:
    """Also who left meanwhile: their cover must be given to somebody."""
    rows = OnCallShift.objects.select_related("person")
    found = rows.filter(on_call_list=duty, person__public_id=public_id).first()
    if found is None:
        raise NotCovered("from", "Choose who is on call.")
    return found.person
