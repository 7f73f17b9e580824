"""The keyed chain: each event's code covers the one before it, with a key outside the database."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.core.postgres.base import DatabaseWrapper


@dataclass(frozen=True, slots=True)
class Event:
    """One event before it has its place in the chain."""

    organization_id: int
    code: str
    actor_id: int | None
    object_type: str
    object_id: str
    trace_id: uuid.UUID | None
    details: str
    occurred_at: datetime
    client_id: int | None = None


@lru_cache(maxsize=4)
def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ImproperlyConfigured("AUDIT_KEY must be base64") from None
    if len(key) < 32:
        raise ImproperlyConfigured("AUDIT_KEY must have 32 bytes or more")
    return key


def canonical(event: Event, seq: int) -> bytes:
    """The exact bytes a code covers: sorted JSON, times as UTC text."""
    fields: dict[str, Any] = asdict(event)
    fields["trace_id"] = str(event.trace_id) if event.trace_id else None
    fields["occurred_at"] = event.occurred_at.astimezone(UTC).isoformat(timespec="microseconds")
    fields["seq"] = seq
    if event.client_id is None:
        # As events were written before programs could act.
        del fields["client_id"]
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def event_mac(previous: bytes, event: Event, seq: int) -> bytes:
    key = _key(settings.AUDIT_KEY)
    return hmac.new(key, previous + canonical(event, seq), hashlib.sha256).digest()


def flush(connection: DatabaseWrapper, events: list[Event]) -> None:
    """Append events to their organization's chain, inside the transaction about to commit."""
    organizations = {event.organization_id for event in events}
    if len(organizations) != 1:
        raise RuntimeError("one transaction records events of one organization")
    organization_id = organizations.pop()
    assert connection.connection is not None
    with connection.connection.cursor() as cursor:
        # A deferred key checked after the head is locked deadlocks with row locks taken earlier.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT seq, mac FROM audit_audithead WHERE organization_id = %s FOR UPDATE",
            [organization_id],
        )
        head = cursor.fetchone()
        if head is None:
            raise RuntimeError("the organization has no audit chain")
        seq, mac = int(head[0]), bytes(head[1])
        rows: list[Any] = []
        for event in events:
            seq, previous = seq + 1, mac
            mac = event_mac(previous, event, seq)
            rows += [*_columns(event), seq, previous, mac]
        cursor.execute(
            _APPEND + ", ".join([_VALUES] * len(events)), [seq, mac, organization_id, *rows]
        )


# The head and its events in one statement.
_APPEND = """WITH head AS (
      UPDATE audit_audithead SET seq = %s, mac = %s WHERE organization_id = %s)
    INSERT INTO audit_auditevent
    (organization_id, code, actor_id, client_id, object_type, object_id, trace_id, details,
     occurred_at, seq, previous_mac, mac) VALUES """
_VALUES = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


def _columns(event: Event) -> tuple[Any, ...]:
    return (
        event.organization_id,
        event.code,
        event.actor_id,
        event.client_id,
        event.object_type,
        event.object_id,
        event.trace_id,
        event.details,
        event.occurred_at,
    )
