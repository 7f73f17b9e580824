"""The interface of blob storage and its engine: content-addressed, sealed, written once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from apps.core.blobs.keyring import Keyring
from apps.core.blobs.sealing import seal, unseal
from apps.core.errors import UnavailableError

CHUNK = 1 << 20
TEMPORARY = "temporary"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a place says of one object: its key, sealed length and age."""

    key: str
    size: int
    modified_at: float


class Engine(Protocol):
    """Keeps sealed bytes under a key. A key that exists is never overwritten."""

    def write(self, prefix: str, chunks: Iterable[bytes]) -> str:
        """Durably store a stream under a temporary name; returns that name."""
        ...

    def promote(self, temporary: str, key: str) -> bool:
        """Give stored bytes their key; False when the key existed (the bytes are dropped)."""
        ...

    def replace(self, temporary: str, key: str) -> None:
        """Give stored bytes a key that exists, in one step: readers see the old or the new."""
        ...

    def read(self, key: str) -> Iterator[bytes]:
        """Raises FileNotFoundError."""
        ...

    def exists(self, key: str) -> bool: ...

    def entries(self, prefix: str) -> Iterator[Entry]:
        """Everything whose key begins so, temporary names too, in the order of the keys' bytes."""
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys below a folder, in order, without temporary names."""
        ...

    def delete(self, key: str) -> None:
        """Does nothing where there is no such key."""
        ...

    def sweep_temporary(self, older_than_s: float) -> int: ...


@dataclass(frozen=True, slots=True)
class Stored:
    """Hash and length of the plain bytes; whether this call wrote them."""

    sha256: str
    size: int
    is_new: bool


class TooLarge(Exception):
    """The stream is longer than the caller allows; nothing was kept."""


def is_temporary(key: str) -> bool:
    return TEMPORARY in key.split("/")


def blob_key(organization_id: int, kind: str, sha256: str) -> str:
    return f"org/{organization_id}/{kind}/{sha256}"


def put(
    store: Engine,
    ring: Keyring,
    organization_id: int,
    kind: str,
    chunks: Iterable[bytes],
    *,
    limit: int | None = None,
) -> Stored:
    """Seal a stream and keep it under its plain hash. Raises TooLarge, UnavailableError."""
    digest, size = hashlib.sha256(), 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for chunk in chunks:
            size += len(chunk)
            if limit is not None and size > limit:
                raise TooLarge
            digest.update(chunk)
            yield chunk

    try:
        temporary = store.write(f"org/{organization_id}", seal(counted(), organization_id, ring))
        key = blob_key(organization_id, kind, digest.hexdigest())
        is_new = store.promote(temporary, key)
    except OSError:
        raise UnavailableError("storage-unavailable") from None
    return Stored(digest.hexdigest(), size, is_new)


def get(store: Engine, ring: Keyring, organization_id: int, kind: str, sha256: str) -> bytes:
    """Plain bytes, checked against their name.

    Raises Corrupt, sealing.Unsealable, FileNotFoundError, UnavailableError.
    """
    sealed = store.read(blob_key(organization_id, kind, sha256))
    try:
        data = b"".join(unseal(sealed, organization_id, ring))
    except FileNotFoundError:
        raise
    except OSError:
        raise UnavailableError("storage-unavailable") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Corrupt
    return data


def reseal(store: Engine, ring: Keyring, organization_id: int, kind: str, sha256: str) -> None:
    """Seal a stored blob again under the active key, under the same name. Raises as `get`."""
    data = get(store, ring, organization_id, kind, sha256)
    try:
        temporary = store.write(f"org/{organization_id}", seal([data], organization_id, ring))
        store.replace(temporary, blob_key(organization_id, kind, sha256))
    except OSError:
        raise UnavailableError("storage-unavailable") from None


class Corrupt(Exception):
    """Stored bytes do not match their name: never served, never parsed."""
