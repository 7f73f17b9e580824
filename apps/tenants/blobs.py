"""An organization's bytes: where they lie, and the keys that open them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from django.db import connection, transaction

from apps.audit import actions as audit
from apps.audit.alarms import raise_alarm
from apps.core.blobs import sealing, store
from apps.core.blobs.sealing import KEY_GONE, Unsealable
from apps.core.blobs.store import Corrupt, Stored
from apps.core.errors import UnavailableError
from apps.core.scope import organization_scope
from apps.tenants.keyrings import keyring_of
from apps.tenants.places import engine_of, engines

__all__ = [
    "engine_of",
    "engines",
    "get",
    "keyring_of",
    "put",
    "seal_bytes",
    "stream",
    "unseal_bytes",
]

DAMAGED = "tenants.storage.damaged"


@dataclass(frozen=True, slots=True)
class Damage:
    """Which stored bytes were not genuine."""

    organization_id: int
    kind: str
    sha256: str


def put(
    organization_id: int, kind: str, chunks: Iterable[bytes], *, limit: int | None = None
) -> Stored:
    """Seal a stream and keep it under its plain hash. Raises store.TooLarge, RetryableError."""
    place, ring = engine_of(organization_id), keyring_of(organization_id)
    return store.put(place, ring, organization_id, kind, chunks, limit=limit)


def put_each(organization_id: int, kind: str, documents: Iterable[bytes]) -> list[Stored]:
    """Whole documents, each as `put` keeps it; where, and with which keys, is asked once."""
    place, ring = engine_of(organization_id), keyring_of(organization_id)
    return [store.put(place, ring, organization_id, kind, [whole]) for whole in documents]


def get(organization_id: int, kind: str, sha256: str) -> bytes:
    """Plain bytes, checked against their name; what is not genuine is on the record.

    Raises store.Corrupt, sealing.Unsealable, FileNotFoundError, RetryableError.
    """
    place, ring = engine_of(organization_id), keyring_of(organization_id)
    try:
        return store.get(place, ring, organization_id, kind, sha256)
    except (Corrupt, Unsealable) as error:
        if isinstance(error, Unsealable) and error.code == KEY_GONE:
            raise
        damage = Damage(organization_id, kind, sha256)
        if connection.in_atomic_block:
            _record(damage)
            error.__dict__["damage"] = damage
        else:
            record_damage(damage)
        raise


def stream(organization_id: int, kind: str, sha256: str) -> Iterator[bytes]:
    """Plain bytes piece by piece, each proven genuine, however long they are.

    The first is read at once: raises FileNotFoundError, sealing.Unsealable, UnavailableError before
    anything was given out. What is not genuine later ends the stream with Unsealable.
    """
    place, ring = engine_of(organization_id), keyring_of(organization_id)
    sealed = place.read(store.blob_key(organization_id, kind, sha256))
    pieces = sealing.unseal(sealed, organization_id, ring)
    try:
        return chain([next(pieces)], pieces)
    except FileNotFoundError:
        raise
    except OSError:
        raise UnavailableError("storage-unavailable") from None


def damage_behind(error: BaseException) -> Damage | None:
    """What the work that failed with it had put on the record, and undid."""
    return error.__dict__.get("damage")


def record_damage(damage: Damage) -> None:
    with organization_scope(damage.organization_id), transaction.atomic():
        _record(damage)


def _record(damage: Damage) -> None:
    with organization_scope(damage.organization_id):
        audit.record(DAMAGED, kind=damage.kind, sha256=damage.sha256)
        raise_alarm("storage.not_genuine", f"{damage.kind}:{damage.sha256}")


def seal_bytes(data: bytes, organization_id: int) -> bytes:
    return sealing.seal_bytes(data, organization_id, keyring_of(organization_id))


def unseal_bytes(data: bytes, organization_id: int) -> bytes:
    return sealing.unseal_bytes(data, organization_id, keyring_of(organization_id))
