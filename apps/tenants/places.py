"""Which engine keeps an organization's bytes: its own location's, else the platform's folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext, suppress
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError, connection, transaction

from apps.core.blobs.folder import FolderEngine
from apps.core.blobs.moving import MovingEngine
from apps.core.blobs.sealing import Unsealable
from apps.core.blobs.store import Engine
from apps.core.errors import RetryableError
from apps.core.postgres.several import cursor_of_several
from apps.core.scope import PIN, organization_scope
from apps.tenants.lookups import organization_ids
from apps.tenants.model_storage import StorageLocation, StorageMove
from apps.tenants.secrets import get_secret

OPEN = (StorageMove.State.COPYING, StorageMove.State.SWITCHED)
STATES = [state.value for state in OPEN]
# Most organizations have none: outside a transaction that is one round trip, as the scope is
# pinned for the same short one.
HAS_PLACES = """SELECT EXISTS (SELECT FROM tenants_storagelocation WHERE is_active)
                    OR EXISTS (SELECT FROM tenants_storagemove WHERE state = ANY(%s))"""
DATABASE_AWAY = (OperationalError, InterfaceError, InternalError)


def engine_of(organization_id: int) -> Engine:
    """Raises RetryableError where the database or the keys cannot be asked, and Unsealable where
    the key of the credential was destroyed."""
    inside = nullcontext() if connection.in_atomic_block else transaction.atomic()
    try:
        if not _has_places(organization_id):
            return engine_for(None)
        with organization_scope(organization_id), inside:
            move = open_move()
            location = active_location()
    except DATABASE_AWAY:
        raise RetryableError("database-unavailable") from None
    if move is None:
        return engine_for(location)
    return MovingEngine(engine_for(move.target), engine_for(move.source))


def _has_places(organization_id: int) -> bool:
    """Whether any bytes of the organization lie, or go, elsewhere than in the folder."""
    with organization_scope(organization_id), cursor_of_several(connection) as cursor:
        if connection.in_atomic_block:
            cursor.execute(HAS_PLACES, [STATES])
        else:
            cursor.execute(f"{PIN}; {HAS_PLACES}", [str(organization_id), STATES])
            cursor.nextset()
        return bool(cursor.fetchone()[0])


def engines() -> Iterator[Engine]:
    """Every place in use, each once. Call with no scope open."""
    yield FolderEngine(settings.BLOB_ROOT)
    for organization_id in organization_ids():
        with organization_scope(organization_id), transaction.atomic():
            move = open_move()
            used = [move.target, move.source] if move else [active_location()]
        for location in filter(None, used):
            # One whose keys were destroyed, or are out of reach, can be asked nothing.
            with suppress(Unsealable, RetryableError):
                yield engine_for(location)


def open_move() -> StorageMove | None:
    """The scope's, with both its places."""
    rows = StorageMove.objects.select_related("source", "target")
    return rows.filter(state__in=OPEN).first()


def active_location() -> StorageLocation | None:
    return StorageLocation.objects.filter(is_active=True).first()


def bucket_in_use() -> StorageLocation | None:
    """The scope's bucket, to which senders may be sent; None for a folder and during a move.

    Raises RetryableError.
    """
    try:
        with transaction.atomic():
            location = active_location()
            if location is None or location.kind != StorageLocation.Kind.S3:
                return None
            return location if open_move() is None else None
    except DATABASE_AWAY:
        raise RetryableError("database-unavailable") from None


def engine_for(location: StorageLocation | None) -> Engine:
    """None is the platform's folder."""
    if location is None:
        return FolderEngine(settings.BLOB_ROOT)
    if location.kind == StorageLocation.Kind.FOLDER:
        return FolderEngine(Path(location.root))
    return _bucket(
        location.endpoint,
        location.bucket,
        location.prefix,
        location.signing_region,
        location.access_key_id,
        get_secret(location, "sealed_secret"),
        settings.STORAGE_TIMEOUT_SECONDS,
    )


@lru_cache(maxsize=256)
def _bucket(
    endpoint: str,
    name: str,
    prefix: str,
    region: str,
    access_key_id: str,
    secret: str,
    timeout_s: float,
) -> Engine:
    """Kept, with its connections, for as long as nothing of it changes."""
    from apps.core.blobs.s3 import Bucket, S3Engine  # a library that takes long to load

    place = (endpoint, name, prefix, region, access_key_id, secret, timeout_s)
    return S3Engine(Bucket(*place))
