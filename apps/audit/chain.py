"""The keyed chain: each event's code covers the one before it, with a key outside the database."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from psycopg import ClientCursor

from apps.core.postgres.base import DatabaseWrapper

# Form 1 did not name the software; its rows verify as they were written.
FORM = 2
LEAF_CHARACTERS = 32


@dataclass(frozen=True, slots=True)
class Event:
    """One event before it has its place in the chain; `form` says what its code covers."""

    organization_id: int
    code: str
    actor_id: int | None
    object_type: str
    object_id: str
    trace_id: uuid.UUID | None
    details: str
    occurred_at: datetime
    software: str = ""
    form: int = FORM
    client_id: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An event in its place."""

    event: Event
    seq: int
    previous: bytes
    mac: bytes


@lru_cache(maxsize=4)
def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ImproperlyConfigured("AUDIT_KEY must be base64") from None
    if len(key) < 32:
        raise ImproperlyConfigured("AUDIT_KEY must have 32 bytes or more")
    return key


def compact(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _fields(event: Event, seq: int) -> dict[str, Any]:
    fields: dict[str, Any] = {name: getattr(event, name) for name in Event.__slots__}
    fields["trace_id"] = str(event.trace_id) if event.trace_id else None
    fields["occurred_at"] = event.occurred_at.astimezone(UTC).isoformat(timespec="microseconds")
    fields["seq"] = seq
    # Software added to a row of form 1 stays in, where the code does not cover it.
    if event.form == 1 and not event.software:
        del fields["form"], fields["software"]
    if event.client_id is None:
        # As events were written before programs could act.
        del fields["client_id"]
    return fields


def canonical(event: Event, seq: int) -> bytes:
    """The exact bytes a code covers: sorted JSON, times as UTC text."""
    return compact(_fields(event, seq))


def line_of(link: Link) -> bytes:
    """The event as it is exported and anchored: what its code covers, and the codes."""
    codes = {"previous": link.previous.hex(), "mac": link.mac.hex()}
    return compact(_fields(link.event, link.seq) | codes)


def leaf_of(link: Link) -> str:
    """What an anchor keeps of an event: half of its line's hash, which tells nothing of it."""
    return hashlib.sha256(line_of(link)).hexdigest()[:LEAF_CHARACTERS]


def event_mac(previous: bytes, event: Event, seq: int) -> bytes:
    key = _key(settings.AUDIT_KEY)
    return hmac.new(key, previous + canonical(event, seq), hashlib.sha256).digest()


def text_mac(text: str) -> str:
    """Names a text that the trail must not hold; keyed, so that short texts cannot be guessed."""
    key = _key(settings.AUDIT_KEY)
    return hmac.new(key, b"text:" + text.encode(), hashlib.sha256).hexdigest() if text else ""


def chained(events: list[Event], seq: int, mac: bytes) -> list[Link]:
    """Events in their places after the one numbered `seq`."""
    links = []
    for event in events:
        seq, previous = seq + 1, mac
        mac = event_mac(previous, event, seq)
        links.append(Link(event, seq, previous, mac))
    return links


def flush(connection: DatabaseWrapper, events: list[Event]) -> None:
    """Append events to their organization's chain, inside the transaction about to commit."""
    organizations = {event.organization_id for event in events}
    if len(organizations) != 1:
        raise RuntimeError("one transaction records events of one organization")
    organization_id = organizations.pop()
    assert connection.connection is not None
    with ClientCursor(connection.connection) as several:
        several.execute(_HEAD, [organization_id])
        several.nextset()
        head = several.fetchone()
    if head is None:
        raise RuntimeError("the organization has no audit chain")
    links = chained(events, int(head[0]), bytes(head[1]))
    rows = [value for link in links for value in _columns(link)]
    with connection.connection.cursor() as cursor:
        cursor.execute(
            _APPEND + ", ".join([_VALUES] * len(links)),
            [links[-1].seq, links[-1].mac, organization_id, *rows],
        )


# A deferred key checked after the head is locked deadlocks with row locks taken earlier.
_HEAD = """SET CONSTRAINTS ALL IMMEDIATE;
    SELECT seq, mac FROM audit_audithead WHERE organization_id = %s FOR UPDATE"""
# The head and its events in one statement.
_APPEND = """WITH head AS (
      UPDATE audit_audithead SET seq = %s, mac = %s WHERE organization_id = %s)
    INSERT INTO audit_auditevent
    (organization_id, code, actor_id, client_id, object_type, object_id, trace_id, details,
     occurred_at, software, form, seq, previous_mac, mac) VALUES """
_VALUES = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


def _columns(link: Link) -> tuple[Any, ...]:
    event = link.event
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
        event.software,
        event.form,
        link.seq,
        link.previous,
        link.mac,
    )
