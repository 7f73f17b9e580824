"""Encryption to the key of the one who receives an export: only its other half opens it.

Files are sealed as stored bytes are, under a data key of the run; `keys/` holds that key wrapped
by RSA-OAEP or by X25519 with HKDF and AES-GCM. `docs/open_organization_export.py` opens it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from apps.core.blobs.keyring import KEY_BYTES, Keyring
from apps.core.blobs.sealing import seal

# The export is of no organization of the one who opens it.
NOBODY = 0
SMALLEST_RSA = 3072
INFO = b"einthoven export key 1"


class UnusableKey(Exception):
    """The recipient's key cannot be used; the text says why."""


@dataclass(frozen=True)
class Recipient:
    """A public key, and a fresh data key that is wrapped to it."""

    key: RSAPublicKey | X25519PublicKey

    @cached_property
    def name(self) -> str:
        """Fingerprint of the public key: SHA-256 of its DER form."""
        der = self.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(der).hexdigest()

    @cached_property
    def ring(self) -> Keyring:
        name = secrets.token_hex(8)
        return Keyring(name, {name: os.urandom(KEY_BYTES)})

    def seal(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        return seal(chunks, NOBODY, self.ring)

    def wrapped(self) -> bytes:
        """The data key as only the recipient can open it, in JSON."""
        data_key = self.ring.key(self.ring.active)
        said: dict[str, Any] = {"key": self.ring.active, "recipient": self.name}
        if isinstance(self.key, RSAPublicKey):
            said |= {"method": "RSA-OAEP-SHA256", "wrapped": self.key.encrypt(data_key, OAEP)}
        else:
            said |= {"method": "X25519-HKDF-SHA256-AES256GCM", **_agreed(self.key, data_key)}
        return json.dumps(
            {
                k: base64.b64encode(v).decode() if isinstance(v, bytes) else v
                for k, v in said.items()
            }
        ).encode()


OAEP = padding.OAEP(mgf=padding.MGF1(SHA256()), algorithm=SHA256(), label=None)


def _agreed(key: X25519PublicKey, data_key: bytes) -> dict[str, bytes]:
    """A key of this moment only agrees with the recipient's; the nonce is used once with it."""
    ours, nonce = X25519PrivateKey.generate(), bytes(12)
    public = ours.public_key().public_bytes_raw()
    salt = public + key.public_bytes_raw()
    wrapping = HKDF(SHA256(), 32, salt=salt, info=INFO).derive(ours.exchange(key))
    return {"ephemeral": public, "wrapped": AESGCM(wrapping).encrypt(nonce, data_key, INFO)}


def read_recipient(path: Path) -> Recipient:
    """Raises UnusableKey, OSError."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except ValueError:
        raise UnusableKey("is no public key in PEM form") from None
    if isinstance(key, RSAPublicKey):
        if key.key_size < SMALLEST_RSA:
            raise UnusableKey(f"is an RSA key of {key.key_size} bits; {SMALLEST_RSA} are needed")
        return Recipient(key)
    if isinstance(key, X25519PublicKey):
        return Recipient(key)
    raise UnusableKey("is neither an RSA nor an X25519 key")
