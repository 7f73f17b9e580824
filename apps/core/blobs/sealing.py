"""Sealed bytes: AES-256-GCM in segments that cannot be cut, swapped, mixed or moved.

Header: magic, version, key id (16), blob id (16). Each blob has a key of its own, derived from
the data key and the random blob id, so counters may serve as nonces. Associated data of every
segment: the whole header, the organization, what a secret is for (nothing for a blob), the
segment's number and whether it is the last.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from apps.core.blobs.keyring import KEY_ID_BYTES, Keyring

MAGIC = b"ECGB"
VERSION = 1
SEGMENT = 1 << 20
TAG = 16
KEY_NAME = slice(5, 5 + KEY_ID_BYTES)
_HEADER = struct.Struct(f">4sB{KEY_ID_BYTES}s16s")
_PLACE = struct.Struct(">7xI?")


KEY_GONE = "blob-key-gone"


class Unsealable(Exception):
    """The bytes are not what was sealed, or their key is gone. The code says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def seal(
    chunks: Iterable[bytes], organization_id: int, ring: Keyring, purpose: bytes = b""
) -> Iterator[bytes]:
    """Sealed form of a stream, header first; an empty stream is one empty last segment."""
    header = _HEADER.pack(MAGIC, VERSION, ring.active.encode(), os.urandom(16))
    cipher, bound = _cipher(ring, header, organization_id)
    bound += purpose
    yield header
    number, waiting = 0, bytearray()
    for chunk in chunks:
        waiting += chunk
        # One byte more than a segment proves that the segment is not the last.
        while len(waiting) > SEGMENT:
            yield _encrypt(cipher, bound, number, False, bytes(waiting[:SEGMENT]))
            del waiting[:SEGMENT]
            number += 1
    yield _encrypt(cipher, bound, number, True, bytes(waiting))


def unseal(
    chunks: Iterable[bytes], organization_id: int, ring: Keyring, purpose: bytes = b""
) -> Iterator[bytes]:
    """Plain form of a sealed stream. Raises Unsealable at the first segment that is not genuine."""
    waiting, stream = bytearray(), iter(chunks)
    while len(waiting) < _HEADER.size and (chunk := next(stream, b"")):
        waiting += chunk
    if len(waiting) < _HEADER.size:
        raise Unsealable("blob-truncated")
    header = bytes(waiting[: _HEADER.size])
    del waiting[: _HEADER.size]
    cipher, bound = _cipher(ring, header, organization_id)
    bound += purpose
    number = 0
    for chunk in stream:
        waiting += chunk
        while len(waiting) > SEGMENT + TAG:
            yield _decrypt(cipher, bound, number, False, bytes(waiting[: SEGMENT + TAG]))
            del waiting[: SEGMENT + TAG]
            number += 1
    while len(waiting) > SEGMENT + TAG:
        yield _decrypt(cipher, bound, number, False, bytes(waiting[: SEGMENT + TAG]))
        del waiting[: SEGMENT + TAG]
        number += 1
    yield _decrypt(cipher, bound, number, True, bytes(waiting))


def seal_bytes(data: bytes, organization_id: int, ring: Keyring, purpose: bytes = b"") -> bytes:
    return b"".join(seal([data], organization_id, ring, purpose))


def unseal_bytes(data: bytes, organization_id: int, ring: Keyring, purpose: bytes = b"") -> bytes:
    return b"".join(unseal([data], organization_id, ring, purpose))


def key_name(sealed: bytes) -> str:
    """The name of the key that sealed this, from its beginning. Raises Unsealable."""
    if len(sealed) < _HEADER.size or sealed[:4] != MAGIC or sealed[4] != VERSION:
        raise Unsealable("blob-unknown-version")
    try:
        return sealed[KEY_NAME].rstrip(b"\0").decode("ascii")
    except UnicodeDecodeError:
        raise Unsealable(KEY_GONE) from None


def _cipher(ring: Keyring, header: bytes, organization_id: int) -> tuple[AESGCM, bytes]:
    magic, version, key_id, blob_id = _HEADER.unpack(header)
    if magic != MAGIC or version != VERSION:
        raise Unsealable("blob-unknown-version")
    try:
        key = ring.key(key_id.rstrip(b"\0").decode("ascii"))
    except (KeyError, UnicodeDecodeError):
        raise Unsealable(KEY_GONE) from None
    derived = HKDF(SHA256(), 32, salt=blob_id, info=b"einthoven blob 1").derive(key)
    return AESGCM(derived), header + struct.pack(">q", organization_id)


def _encrypt(cipher: AESGCM, bound: bytes, number: int, last: bool, plain: bytes) -> bytes:
    place = _PLACE.pack(number, last)
    return cipher.encrypt(place, plain, bound + place)


def _decrypt(cipher: AESGCM, bound: bytes, number: int, last: bool, sealed: bytes) -> bytes:
    place = _PLACE.pack(number, last)
    try:
        return cipher.decrypt(place, sealed, bound + place)
    except (InvalidTag, ValueError):
        raise Unsealable("blob-not-genuine") from None


def sealed_size(size: int) -> int:
    """How long the sealed form of so many plain bytes is."""
    return _HEADER.size + size + TAG * max(1, -(-size // SEGMENT))
