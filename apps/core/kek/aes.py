"""Wrapping by AES-256-GCM: a random nonce, then the key and its tag."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from apps.core.kek.engine import NotGenuine

NONCE = 12


def wrap(kek: bytes, key: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(kek).encrypt(nonce, key, bound)


def unwrap(kek: bytes, wrapped: bytes, bound: bytes) -> bytes:
    try:
        return AESGCM(kek).decrypt(wrapped[:NONCE], wrapped[NONCE:], bound)
    except (InvalidTag, ValueError):
        raise NotGenuine from None
