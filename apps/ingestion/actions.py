"""The door every file comes through: bytes first, then the row, then the answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain

import structlog
from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError, connection, transaction

from apps.audit import actions as audit
from apps.core.drain import wake_on_commit
from apps.core.errors import PermanentError, RetryableError
from apps.core.insert import insert_unless_there
from apps.core.leases import LIVE, Leased
from apps.core.scope import required_organization
from apps.ecg.formats.canonical import Refused
from apps.ecg.models import Priority
from apps.ingestion.models import Ingress
from apps.ingestion.signed import Signed, held_name
from apps.tenants import blobs
from apps.tenants.lookups import organization_type
from apps.tenants.models import ApiClient, Site, User
from apps.tenants.organization_types import may_submit

RAW = "raw"

# Connection lost, disk full, server read-only: nothing about the file.
DATABASE_AWAY = (OperationalError, InterfaceError, InternalError)
# What must be known before a row is entered, in one round trip.
ASKED = """SELECT EXISTS (SELECT FROM ingestion_pathcanary WHERE sha256 = %s)
             FROM tenants_organization WHERE id = %s AND is_live"""


class EmptyFile(Exception):
    """Nothing was sent."""


class OrganizationClosed(PermanentError):
    """Its doors are closed: it is not set up yet, or it leaves."""

    def __init__(self, code: str = "organization-closed") -> None:
        super().__init__(code)


class MayNotSubmit(Exception):
    """The organization's type sends no ECGs; the text says so."""


class DeliveryKeyReused(Exception):
    """The sender's key already names a delivery with other bytes."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The row of the file; `is_new` is False when this delivery had been accepted before."""

    ingress: Ingress
    is_new: bool


def accept(
    *,
    source: str,
    chunks: Iterable[bytes],
    filename: str,
    idem_key: str,
    sender: User | None = None,
    client: ApiClient | None = None,
    site: Site | None = None,
    priority: str = Priority.ROUTINE,
    lane: int = LIVE,
    is_canary: bool = False,
    stated: dict[str, str] | None = None,
    refusal: Refused | None = None,
    signature: Callable[[str], Signed] | None = None,
    kind: str = "",
) -> Accepted:
    """Keep a file and put it on the queue. What this returns is committed: acknowledge it.

    `sender` is the person, `client` the program that sent it, where one did; `stated` is whom and
    which order the file is of, as they say, to be compared with what it says itself. With a
    `refusal` it is quarantined at once: a person may run it. `signature` says what the signature
    is worth for bytes of that hash; what does not hold is held by the first stage. `kind` is the
    organization's type where the door was told it with its sender.
    Call in an organization's scope with no transaction open. Raises MayNotSubmit, EmptyFile,
    TooLarge, OrganizationClosed, DeliveryKeyReused and RetryableError (storage or database away:
    the sender tries again).
    """
    organization_id = required_organization()
    check_may_submit(organization_id, kind)
    rest = iter(chunks)
    first = next(filter(None, rest), b"")
    if not first:
        raise EmptyFile
    stored = blobs.put(organization_id, RAW, chain([first], rest), limit=settings.MAX_UPLOAD_BYTES)
    row = Ingress(
        organization_id=organization_id,
        source=source,
        idem_key=idem_key,
        sha256=stored.sha256,
        size=stored.size,
        filename=displayable(filename),
        sender=sender,
        site=site,
        priority=priority,
        lane=lane,
        is_canary=is_canary,
        stated=stated or {},
        trace_id=trace_id_here(),
    )
    if signature is not None:
        verdict = signature(stored.sha256)
        row.signing_key, row.signature_code = verdict.key, verdict.code
        if verdict.code:
            row.idem_key = held_name(idem_key, stored.sha256)
    if refusal is not None:
        row.state, row.error_code = Leased.State.QUARANTINED, refusal.code
        row.outcome, row.refusal_message = Ingress.Outcome.QUARANTINED, refusal.message
    try:
        return _enter(row, sender or client)
    except DATABASE_AWAY:
        raise RetryableError("database-unavailable") from None


def check_may_submit(organization_id: int, kind: str = "") -> None:
    """Raises MayNotSubmit where its type sends no ECGs, RetryableError."""
    try:
        kind = kind or organization_type(organization_id)
    except DATABASE_AWAY:
        raise RetryableError("database-unavailable") from None
    if not may_submit(kind):
        raise MayNotSubmit(f"An organization of type {kind} sends no ECGs.")


@transaction.atomic
def _enter(row: Ingress, actor: User | ApiClient | None) -> Accepted:
    """The same delivery again finds the row of the first time."""
    row.is_canary |= _asked(row)
    if not insert_unless_there(row):
        kept = Ingress.objects.get(source=row.source, idem_key=row.idem_key)
        if kept.sha256 != row.sha256:
            raise DeliveryKeyReused
        return Accepted(kept, False)
    audit.record(
        "ingestion.file.accepted",
        row,
        actor=actor,
        source=row.source,
        sha256=row.sha256,
        size=row.size,
    )
    if row.outcome == Ingress.Outcome.QUARANTINED:
        audit.record("ingestion.file.quarantined", row, code=row.error_code)
    wake_on_commit()
    return Accepted(row, True)


def _asked(row: Ingress) -> bool:
    """Whether it is a test ECG of the platform's own. Raises OrganizationClosed."""
    with connection.cursor() as cursor:
        cursor.execute(ASKED, [row.sha256, row.organization_id])
        found = cursor.fetchone()
    if found is None:
        raise OrganizationClosed
    return bool(found[0])


def displayable(filename: str) -> str:
    """A folder may hold names that are no text; the database holds only text."""
    return filename.encode("utf-8", "replace").decode().replace("\0", "")[:255]


def trace_id_here() -> uuid.UUID:
    """The request's where there is one; else the file gets its own."""
    value = structlog.contextvars.get_contextvars().get("trace_id")
    return uuid.UUID(value) if value else uuid.uuid4()
