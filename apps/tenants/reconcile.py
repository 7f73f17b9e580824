"""Rows that name bytes against the objects that are there, both ways, in one walk.

Both sides come in the order of their keys, so the walk holds one of each: the rows' names are
read into a file of their own first, since no transaction may stay open for as long as it takes.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO

from django.conf import settings
from django.db import connection, transaction

from apps.core.blobs.folder import FolderEngine
from apps.core.blobs.keyring import Keyring
from apps.core.blobs.sealing import Unsealable, sealed_size, unseal
from apps.core.blobs.store import Corrupt, Engine, Entry, blob_key, is_temporary
from apps.core.scope import organization_scope
from apps.tenants.keyrings import keyring_of
from apps.tenants.places import engine_of
from config.isolation import STORED, STORED_SIZES

DAY_S = 24 * 3600
EVERY = 1000

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Named:
    """Bytes that rows name: their key, and their plain length where a row says it."""

    key: str
    size: int | None


@dataclass
class Reconciled:
    """What was looked at, and every fault as its code and key."""

    named: int = 0
    objects: int = 0
    young: int = 0
    temporary: int = 0
    opened: int = 0
    faults: list[tuple[str, str]] = field(default_factory=list)


def reconcile(
    organization_id: int, *, deep: bool = False, progress: Progress = lambda _count: None
) -> Reconciled:
    """Call with no scope open. Raises RetryableError, OSError where storage is away."""
    place, found = engine_of(organization_id), Reconciled()
    own = f"org/{organization_id}/"
    with _named(organization_id) as rows:
        for row, entry in _paired(rows, place.entries(own)):
            _look(found, row, entry)
            if deep and row and entry and not _is_genuine(place, organization_id, row.key):
                found.faults.append(("not-genuine", row.key))
            found.opened += bool(deep and row and entry)
            if (found.named + found.objects) % EVERY == 0:
                progress(max(found.named, found.objects))
    found.faults += [("not-the-organizations", key) for key in _strangers(place, own)]
    found.faults += [("left-behind", key) for key in _left_behind(place, own)]
    return found


def _look(found: Reconciled, row: Named | None, entry: Entry | None) -> None:
    found.named += row is not None
    found.objects += entry is not None
    if entry is None:
        assert row is not None
        found.faults.append(("missing", row.key))
    elif row is None:
        _unnamed(found, entry)
    elif row.size is not None and entry.size != sealed_size(row.size):
        found.faults.append(("wrong-length", row.key))


def _unnamed(found: Reconciled, entry: Entry) -> None:
    """Bytes come before their row, so young ones may still get one."""
    is_young = time.time() - entry.modified_at < DAY_S
    temporary = is_temporary(entry.key)
    found.young += is_young
    found.temporary += temporary
    if not is_young:
        found.faults.append(("temporary" if temporary else "orphan", entry.key))


def _paired(
    rows: Iterator[Named], entries: Iterator[Entry]
) -> Iterator[tuple[Named | None, Entry | None]]:
    row, entry = next(rows, None), next(entries, None)
    while row or entry:
        first = min(one.key for one in (row, entry) if one)
        here = row if row and row.key == first else None
        there = entry if entry and entry.key == first else None
        yield here, there
        row = next(rows, None) if here else row
        entry = next(entries, None) if there else entry


@contextmanager
def _named(organization_id: int) -> Iterator[Iterator[Named]]:
    with TemporaryFile("w+") as kept:
        with organization_scope(organization_id), transaction.atomic():
            _keep(kept, organization_id)
        kept.seek(0)
        yield (Named(*json.loads(line)) for line in kept)


def _keep(kept: IO[str], organization_id: int) -> None:
    """Every name once, in the order of the keys' bytes."""
    parts = [
        f"SELECT '{kind}' AS kind, {column} AS sha256,"  # noqa: S608 - names come from the code
        f" {STORED_SIZES.get(table, 'NULL::bigint')} AS size FROM {table} WHERE {column} <> ''"
        for table, column, kind in STORED
    ]
    statement = (
        "SELECT kind, sha256, max(size) FROM ("  # noqa: S608
        + " UNION ALL ".join(parts)
        + ') AS named GROUP BY kind, sha256 ORDER BY kind COLLATE "C", sha256 COLLATE "C"'
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement)
        while found := cursor.fetchmany(EVERY):
            for kind, sha256, size in found:
                kept.write(json.dumps([blob_key(organization_id, kind, sha256), size]) + "\n")


def _is_genuine(place: Engine, organization_id: int, key: str) -> bool:
    return is_genuine(place, organization_id, keyring_of(organization_id), key)


def is_genuine(place: Engine, organization_id: int, ring: Keyring, key: str) -> bool:
    """Whether the stored bytes open and are those of their name."""
    digest = hashlib.sha256()
    try:
        for chunk in unseal(place.read(key), organization_id, ring):
            digest.update(chunk)
    except (Unsealable, Corrupt, FileNotFoundError):
        return False
    return digest.hexdigest() == key.rpartition("/")[2]


def _strangers(place: Engine, own: str) -> Iterator[str]:
    """Of others, in a place that is this organization's alone."""
    if _is_shared(place):
        return
    for entry in place.entries(""):
        if not entry.key.startswith(own):
            yield entry.key


def _left_behind(place: Engine, own: str) -> Iterator[str]:
    """In the platform's folder, of an organization that has a place of its own."""
    if not _is_shared(place) and not _is_shared(getattr(place, "source", place)):
        for entry in FolderEngine(settings.BLOB_ROOT).entries(own):
            yield entry.key


def _is_shared(place: Engine) -> bool:
    return getattr(place, "root", None) == settings.BLOB_ROOT
