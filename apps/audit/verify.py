"""Walking a chain from its first event to its head."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from apps.audit.chain import Event, event_mac
from apps.audit.models import AuditEvent, AuditHead
from apps.core.scope import organization_scope


@dataclass(frozen=True, slots=True)
class ChainResult:
    """Events that verify in order; `failure` names the first that does not, empty when all do."""

    events: int
    failure: str = ""


def verify_chain(organization_id: int) -> ChainResult:
    """Recompute every code of an organization's chain by one consistent snapshot."""
    with organization_scope(organization_id), transaction.atomic():
        head = AuditHead.objects.select_for_update(no_key=True).get()
        return _walk(organization_id, head)


def _walk(organization_id: int, head: AuditHead) -> ChainResult:
    previous, count = b"", 0
    for row in AuditEvent.objects.order_by("seq").iterator(chunk_size=2000):
        expected = count + 1
        if row.seq != expected:
            return ChainResult(count, f"event {expected} is missing")
        if bytes(row.previous_mac) != previous:
            return ChainResult(count, f"event {row.seq} does not follow event {count}")
        if event_mac(previous, _event(organization_id, row), row.seq) != bytes(row.mac):
            return ChainResult(count, f"event {row.seq} was changed")
        previous, count = bytes(row.mac), row.seq
    if head.seq > count:
        return ChainResult(count, f"event {count + 1} is missing")
    if head.seq != count or bytes(head.mac) != previous:
        return ChainResult(count, f"the head is not at event {count}")
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
    )
