"""A bucket, a folder and a credential belong to one organization, in use or not, till it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from apps.tenants.claims import Taken, one_at_a_time
from apps.tenants.model_storage import StorageLocation
from apps.tenants.storage_rules import server_of, within

if TYPE_CHECKING:
    from apps.tenants.storage import NewLocation


def holder_of(organization_id: int | None, wanted: NewLocation) -> Taken | None:
    """Who else has the place or the credential; None where both are free.

    Read as the platform role, which sees configuration of all. Prefixes do not part a bucket:
    who lists it would see the names of the other's objects.
    """
    for row in _others(organization_id):
        what = _shared(row, wanted)
        if what:
            return Taken(row.organization, what)
    return None


def claim(organization_id: int, wanted: NewLocation) -> None:
    """Raises Taken. Until the transaction ends nobody else claims storage."""
    one_at_a_time("storage")
    taken = holder_of(organization_id, wanted)
    if taken is not None:
        raise taken


def _others(organization_id: int | None) -> Iterator[StorageLocation]:
    rows = StorageLocation.objects.db_manager("platform").select_related("organization")
    for row in rows.filter(organization__offboarded_at=None).order_by("id"):
        if row.organization_id != organization_id:
            yield row


def _shared(row: StorageLocation, wanted: NewLocation) -> str:
    if row.kind != wanted.kind:
        return ""
    if row.kind == StorageLocation.Kind.FOLDER:
        return "folder" if within(Path(row.root).resolve(), Path(wanted.root).resolve()) else ""
    there = (server_of(row.endpoint), row.bucket)
    if there == (server_of(wanted.endpoint), wanted.bucket):
        return "bucket"
    return "credential" if row.access_key_id == wanted.access_key_id else ""
