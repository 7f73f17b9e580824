"""What was seen on a share and how far it has come, in short transactions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import islice

from django.db import transaction
from django.db.models import Count

from apps.audit import actions as audit
from apps.core.blobs import sealing
from apps.ingestion.model_share import ShareSource
from apps.ingestion.model_share_file import ShareFile
from apps.ingestion.smb.discovery import Found
from apps.ingestion.smb.errors import Busy
from apps.ingestion.smb.names import place_hash, stem_hash
from apps.ingestion.smb.stability import Delays, begin_again, may_be_taken, observe
from apps.tenants.keyrings import keyring_of

State = ShareFile.State
AT_ONCE = 500
OBSERVED = (
    *("version", "size", "looks", "unchanged_since", "first_seen_at", "last_seen_at"),
    *("state", "problem", "ingress"),
)
IN_WORK = (State.WAITING, State.INCOMPLETE, State.ACCEPTED, State.REFUSED)


def batches(found: Iterator[Found]) -> Iterator[list[Found]]:
    while batch := list(islice(found, AT_ONCE)):
        yield batch


@transaction.atomic
def note_seen(
    source: ShareSource, found: Sequence[Found], now: dt.datetime, delays: Delays
) -> list[tuple[Found, ShareFile]]:
    """Enter one look at these files; those that may be taken now."""
    places = {place_hash(source, one.path): one for one in found}
    known = ShareFile.objects.filter(source=source, place_hash__in=places)
    rows = {row.place_hash: row for row in known}
    new = [_new(source, one, now) for place, one in places.items() if place not in rows]
    moving = [row for row in rows.values() if _is_of_note(source, row, places[row.place_hash])]
    for row in moving:
        _observe(row, places[row.place_hash], now)
    ShareFile.objects.bulk_create(new)
    ShareFile.objects.bulk_update(moving, OBSERVED)
    ready = [row for row in [*moving, *new] if may_be_taken(row, now, delays)]
    return [(places[row.place_hash], row) for row in ready]


def _is_of_note(source: ShareSource, row: ShareFile, found: Found) -> bool:
    """What is settled and as it was needs no word; a file that was moved away has come again."""
    if row.state != State.SETTLED or row.version != found.version:
        return True
    return source.archive == ShareSource.Archive.MOVE


def _observe(row: ShareFile, found: Found, now: dt.datetime) -> None:
    entry = found.entry
    if row.state == State.SETTLED:
        begin_again(row, found.version, entry.size, now)
        row.last_seen_at = now
    else:
        observe(row, found.version, entry.size, now)


def _new(source: ShareSource, found: Found, now: dt.datetime) -> ShareFile:
    ring = keyring_of(source.organization_id)
    path = found.path.encode()
    row = ShareFile(
        organization_id=source.organization_id,
        source=source,
        place_hash=place_hash(source, found.path),
        stem_hash=stem_hash(source, found.path),
        path_sealed=sealing.seal_bytes(path, source.organization_id, ring),
        last_seen_at=now,
    )
    begin_again(row, found.version, found.entry.size, now)
    return row


def path_of(row: ShareFile) -> str:
    """Where it lies, for a person. Raises sealing.Unsealable, KekUnavailable."""
    ring = keyring_of(row.organization_id)
    return sealing.unseal_bytes(bytes(row.path_sealed), row.organization_id, ring).decode()


@transaction.atomic
def save(row: ShareFile) -> None:
    row.save(update_fields=[*OBSERVED, "is_document", "settled_at"])


@transaction.atomic
def note_archived(row: ShareFile, source: ShareSource) -> None:
    """It is settled; where it was moved or copied, the file's own record says so."""
    save(row)
    if row.ingress is not None and source.archive != ShareSource.Archive.LEAVE:
        audit.record("ingestion.file.archived", row.ingress, kind=source.archive)


@transaction.atomic
def note_gone(source: ShareSource, since: dt.datetime) -> None:
    """What a whole walk did not find is not waited for."""
    waited = (State.WAITING, State.INCOMPLETE, State.REFUSED, State.ACCEPTED)
    rows = ShareFile.objects.filter(source=source, state__in=waited, last_seen_at__lt=since)
    rows.update(state=State.GONE, problem="")


@transaction.atomic
def counts(source: ShareSource) -> dict[str, int]:
    """How many files are in each state in which something is still to be done."""
    rows = ShareFile.objects.filter(source=source, state__in=IN_WORK).values("state")
    return {row["state"]: row["count"] for row in rows.annotate(count=Count("id"))}


@transaction.atomic
def troubled(source: ShareSource) -> int:
    """Files that wait for nothing but cannot be read; one that is held open waits."""
    rows = ShareFile.objects.filter(source=source, state=State.WAITING)
    return rows.exclude(problem__in=("", Busy.code)).count()
