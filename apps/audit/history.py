"""The events about given rows, in words."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Container, Iterable
from dataclasses import dataclass

from django.db.models import Model, Q

from apps.audit.codes import CODES
from apps.audit.models import AuditEvent

MOST = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as a person reads it."""

    seq: int
    at: dt.datetime
    what: str
    who: str
    details: str


def history_of(rows: Iterable[Model]) -> list[Entry]:
    """What happened to the rows, oldest first; the newest where there are very many."""
    wanted = Q(pk__in=[])
    for row in rows:
        name = str(getattr(row, "public_id", row.pk))
        wanted |= Q(object_type=row._meta.label_lower, object_id=name)
    events = (
        AuditEvent.objects.filter(wanted).select_related("actor", "client").order_by("-seq")[:MOST]
    )
    return [entry_of(event) for event in reversed(events)]


def entry_of(event: AuditEvent) -> Entry:
    return Entry(event.seq, event.occurred_at, what(event), who(event), details_of(event))


def what(event: AuditEvent) -> str:
    return CODES.get(event.code, event.code)


def who(event: AuditEvent) -> str:
    if event.client_id:
        return f"{event.client} (API client)"
    return str(event.actor) if event.actor_id else "The platform"


def details_of(
    event: AuditEvent, left_out: Container[str] = (), shortened: Container[str] = ()
) -> str:
    """Name: value pairs; a list is joined, and what only names something may be shortened."""
    parts = []
    for name, value in json.loads(event.details).items():
        if name in left_out:
            continue
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        if name in shortened:
            text = text[:12]
        if text:
            parts.append(f"{name}: {text}")
    return " · ".join(parts)
