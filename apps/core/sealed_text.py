"""Short secrets of persons in the database, sealed with a key that is derived outside it."""

from __future__ import annotations

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE_BYTES = 12


class NotOpened(Exception):
    """The text was not sealed for this purpose, or its key is gone."""


def seal_text(text: str, purpose: str) -> str:
    nonce = os.urandom(NONCE_BYTES)
    sealed = _cipher(settings.SECRET_KEY).encrypt(nonce, text.encode(), purpose.encode())
    return base64.b64encode(nonce + sealed).decode()


def open_text(sealed: str, purpose: str) -> str:
    """With the key of today or one before it. Raises NotOpened."""
    data = base64.b64decode(sealed)
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            bare = _cipher(key).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], purpose.encode())
        except (InvalidTag, ValueError):
            continue
        return bare.decode()
    raise NotOpened


def _cipher(secret: str | bytes) -> AESGCM:
    key = secret.encode() if isinstance(secret, str) else secret
    derived = HKDF(SHA256(), 32, salt=None, info=b"einthoven sealed text 1").derive(key)
    return AESGCM(derived)
