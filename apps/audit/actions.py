"""Recording events."""

from __future__ import annotations

import json
import uuid
from typing import Any, cast

import structlog
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, models, transaction
from django.utils import timezone

from apps.audit.chain import Event
from apps.audit.codes import CODES
from apps.core.postgres.base import DatabaseWrapper
from apps.core.scope import organization_scope, required_organization

# What details may hold: ids, codes, counts, versions, network addresses of systems and reasons a
# person wrote for the record.
DETAIL_KEYS = frozenset(
    {
        "address",
        "after",
        "algorithm",
        "approver",
        "archive",
        "before",
        "category",
        "code",
        "count",
        "day",
        "decision",
        "destination",
        "door",
        "due",
        "emergency",
        "entry",
        "field",
        "filters",
        "key",
        "kind",
        "meter",
        "method",
        "outcome",
        "page",
        "pdf_sha256",
        "purpose",
        "person",
        "prefix",
        "reason",
        "reason_mac",
        "recording",
        "revision",
        "role",
        "route",
        "scopes",
        "sha256",
        "signed_at",
        "signer",
        "since",
        "size",
        "source",
        "stage",
        "state",
        "status",
        "text_mac",
        "ticket",
        "until",
        "version",
        "version_id",
    }
)


def record(
    code: str,
    subject: models.Model | None = None,
    /,
    *,
    actor: models.Model | None = None,
    trace_id: uuid.UUID | None = None,
    **details: str | int | list[str],
) -> None:
    """Gather an event of the scope's organization; it is written when the transaction commits.

    `actor` is the person or the API client that did it, None for the platform itself.
    Raises KeyError for an unknown code or detail: the trail holds no free-form data.
    """
    event = _event(required_organization(), code, subject, actor, trace_id, details)
    cast(DatabaseWrapper, connection).gather_event(event)


def _event(
    organization_id: int,
    code: str,
    subject: models.Model | None = None,
    actor: models.Model | None = None,
    trace_id: uuid.UUID | None = None,
    details: dict[str, Any] | None = None,
) -> Event:
    CODES[code]
    unknown = set(details or {}) - DETAIL_KEYS
    if unknown:
        raise KeyError(f"audit detail {unknown.pop()}")
    given = _visit() | (details or {})
    return Event(
        organization_id=organization_id,
        code=code,
        **_who(actor),
        object_type="" if subject is None else subject._meta.label_lower,
        object_id="" if subject is None else _name(subject),
        trace_id=trace_id or getattr(subject, "trace_id", None) or _trace_of_the_work(),
        details=json.dumps(given, sort_keys=True, ensure_ascii=False),
        occurred_at=timezone.now(),
        software=settings.APP_VERSION,
    )


@transaction.atomic
def _record_now(code: str, /, **fields: Any) -> None:
    record(code, fields.pop("subject", None), **fields)


def record_alone(organization_id: int, code: str, /, **fields: Any) -> None:
    """Write an event in a transaction of its own: a refusal, after what it refused is undone."""
    with organization_scope(organization_id):
        _record_now(code, **fields)


def record_apart(organization_id: int, code: str, /, **details: Any) -> None:
    """Write an event at once on a connection of its own: it stays whatever the caller's does.

    Waits for nothing that the caller's transaction may hold: a chain is locked at COMMIT only.
    """
    event = _event(organization_id, code, details=details)
    apart = cast(DatabaseWrapper, connection.copy())
    try:
        apart.connect()
        with organization_scope(organization_id):
            apart.set_autocommit(False)
            with apart.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '10s'")
            apart.gather_event(event)
            apart.commit()
    finally:
        apart.close()


def _who(actor: models.Model | None) -> dict[str, Any]:
    person = actor is None or isinstance(actor, get_user_model())
    key = None if actor is None else actor.pk
    return {"actor_id": key} if person else {"actor_id": None, "client_id": key}


def _name(subject: models.Model) -> str:
    return str(getattr(subject, "public_id", subject.pk))


def _visit() -> dict[str, str | int | list[str]]:
    """What platform staff do inside an organization carries the name of their entry."""
    entry = structlog.contextvars.get_contextvars().get("entry")
    return {"entry": entry} if entry else {}


def _trace_of_the_work() -> uuid.UUID:
    """That of the request, the job or the command; a command's first event gives it one."""
    value = structlog.contextvars.get_contextvars().get("trace_id")
    if value is None:
        value = str(uuid.uuid4())
        structlog.contextvars.bind_contextvars(trace_id=value)
    return uuid.UUID(value)
