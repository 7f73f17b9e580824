"""Reading entries of platform staff: of one organization, and of all without patient data."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.http import Http404

from apps.audit.models import AuditEvent
from apps.tenants.access import Active, OnPlatform
from apps.tenants.entries import inside_now
from apps.tenants.models import EmergencyAccess
from apps.tenants.queries import permit

PEOPLE = ("asked_by", "approved_by", "ended_by", "reviewed_by")
MOST = 200
MOST_EVENTS = 5000
# The event of leaving is written a moment after the moment it names.
LEAVING = dt.timedelta(seconds=10)


def visits_now(now: dt.datetime) -> list[EmergencyAccess]:
    """Everyone in the organization may know: who is inside, of what kind of need, until when."""
    return list(inside_now(now).select_related("asked_by", "organization"))


def entries_of(active: Active) -> list[EmergencyAccess]:
    """Newest first."""
    permit(active, "view_entries")
    return list(EmergencyAccess.objects.select_related(*PEOPLE).order_by("-id")[:MOST])


def get_entry_to_view(active: Active, public_id: uuid.UUID) -> EmergencyAccess:
    return _get(active, "view_entries", public_id)


def get_entry_to_export(active: Active, public_id: uuid.UUID) -> EmergencyAccess:
    return _get(active, "export_entries", public_id)


def get_entry_to_end(active: Active, public_id: uuid.UUID) -> EmergencyAccess:
    return _get(active, "end_entry", public_id)


def _get(active: Active, action: str, public_id: uuid.UUID) -> EmergencyAccess:
    permit(active, action)
    rows = EmergencyAccess.objects.select_related(*PEOPLE)
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def looked_at(active: Active, entry: EmergencyAccess) -> list[AuditEvent]:
    """What the visitor did inside, oldest first: the events that carry the entry's name."""
    permit(active, "view_entries")
    return list(_events(entry))


def _events(entry: EmergencyAccess) -> Iterator[AuditEvent]:
    if entry.entered_at is None:
        return
    rows = AuditEvent.objects.select_related("actor").filter(
        actor=entry.asked_by_id, occurred_at__gte=entry.entered_at
    )
    if entry.ended_at:
        rows = rows.filter(occurred_at__lte=entry.ended_at + LEAVING)
    for event in rows.order_by("seq")[:MOST_EVENTS]:
        if json.loads(event.details).get("entry") == str(entry.public_id):
            yield event


def _everywhere() -> QuerySet[EmergencyAccess]:
    rows = EmergencyAccess.objects.db_manager("platform").select_related("organization", *PEOPLE)
    return rows.order_by("-id")


def platform_entries(platform: OnPlatform | None) -> list[EmergencyAccess]:
    """Of every organization, what is open first."""
    permit(platform, "view_platform_entries")
    waiting = Q(ended_at=None) | Q(review_due_at__isnull=False, reviewed_at=None)
    rows = _everywhere()
    return [*rows.filter(waiting)[:MOST], *rows.exclude(waiting)[:MOST]]


def get_entry_to_decide(platform: OnPlatform | None, public_id: uuid.UUID) -> EmergencyAccess:
    return _get_everywhere(platform, "approve_entry", public_id)


def get_entry_to_use(platform: OnPlatform | None, public_id: uuid.UUID) -> EmergencyAccess:
    return _get_everywhere(platform, "ask_entry", public_id)


def _get_everywhere(
    platform: OnPlatform | None, action: str, public_id: uuid.UUID
) -> EmergencyAccess:
    permit(platform, action)
    found = _everywhere().filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found
