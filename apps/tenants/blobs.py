"""An organization's bytes: where they lie, and the keys that open them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings

from apps.core.blobs import sealing, store
from apps.core.blobs.folder import FolderEngine
from apps.core.blobs.store import Engine, Stored
from apps.tenants.keyrings import keyring_of

__all__ = ["engine_of", "engines", "get", "keyring_of", "put", "seal_bytes", "unseal_bytes"]


def engine_of(_organization_id: int) -> Engine:
    return FolderEngine(settings.BLOB_ROOT)


def engines() -> Iterator[Engine]:
    """Every place in use, each once."""
    yield FolderEngine(settings.BLOB_ROOT)


def put(
    organization_id: int, kind: str, chunks: Iterable[bytes], *, limit: int | None = None
) -> Stored:
    """Seal a stream and keep it under its plain hash.

    Raises store.TooLarge, RetryableError, and sealing.Unsealable where the key was destroyed.
    """
    place, ring = engine_of(organization_id), keyring_of(organization_id)
    return store.put(place, ring, organization_id, kind, chunks, limit=limit)


def get(organization_id: int, kind: str, sha256: str) -> bytes:
    """Plain bytes, checked against their name.

    Raises store.Corrupt, sealing.Unsealable, FileNotFoundError, RetryableError.
    """
    place, ring = engine_of(organization_id), keyring_of(organization_id)
    return store.get(place, ring, organization_id, kind, sha256)


def seal_bytes(data: bytes, organization_id: int) -> bytes:
    return sealing.seal_bytes(data, organization_id, keyring_of(organization_id))


def unseal_bytes(data: bytes, organization_id: int) -> bytes:
    return sealing.unseal_bytes(data, organization_id, keyring_of(organization_id))
