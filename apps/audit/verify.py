"""Walking a chain from its first event to its head."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Subquery

from apps.audit.chain import Event, event_mac
from apps.audit.models import AuditEvent, AuditHead
from apps.core.scope import organization_scope


@dataclass(frozen=True, slots=True)
class ChainResult:
    """Events that verify in order; `failure` names the first that does not, empty when all do."""

    events: int
    failure: str = ""


def verify_chain(organization_id: int) -> ChainResult:
    """Recompute every code of an organization's chain up to where it ended when this began.

    Locks nothing: events that are added meanwhile lie behind that end.
    """
    last = AuditEvent._base_manager.order_by("-seq").values("seq")[:1]
    with organization_scope(organization_id), transaction.atomic():
        # Head and last event in one statement, so in one snapshot.
        head = AuditHead.objects.annotate(last=Subquery(last)).get()
        return _walk(organization_id, head, head.last or 0)


def _walk(organization_id: int, head: AuditHead, last: int) -> ChainResult:
    previous, count = b"", 0
    rows = AuditEvent.objects.filter(seq__lte=head.seq).order_by("seq")
    for row in rows.iterator(chunk_size=2000):
        expected = count + 1
        if row.seq != expected:
            return ChainResult(count, f"event {expected} is missing")
        if bytes(row.previous_mac) != previous:
            return ChainResult(count, f"event {row.seq} does not follow event {count}")
        if event_mac(previous, _event(organization_id, row), row.seq) != bytes(row.mac):
            return ChainResult(count, f"event {row.seq} was changed")
        previous, count = bytes(row.mac), row.seq
    if count < head.seq:
        return ChainResult(count, f"event {count + 1} is missing")
    if last > head.seq or bytes(head.mac) != previous:
        return ChainResult(count, f"event {count + 1} is not the chain's")
    return ChainResult(count)


def _event(organization_id: int, row: AuditEvent) -> Event:
    return Event(
        organization_id=organization_id,
        code=row.code,
        actor_id=row.actor_id,
        object_type=row.object_type,
        object_id=row.object_id,
        trace_id=row.trace_id,
        details=row.details,
        occurred_at=row.occurred_at,
        client_id=row.client_id,
    )
