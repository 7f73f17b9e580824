"""The Ed25519 key that signs anchors and exports: proof for those who may not hold the chain's."""

from __future__ import annotations

import base64
import binascii
import hashlib
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32


def _raw(text: str, name: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY_BYTES:
        raise ImproperlyConfigured(f"{name} must be base64 of {KEY_BYTES} bytes")
    return raw


@lru_cache(maxsize=4)
def _private(text: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_raw(text, "EXPORT_SIGNING_KEY"))


def public_key() -> bytes:
    """Of the key that signs now."""
    return _private(settings.EXPORT_SIGNING_KEY).public_key().public_bytes_raw()


def key_name(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()[:16]


def sign(data: bytes) -> bytes:
    return _private(settings.EXPORT_SIGNING_KEY).sign(data)


def is_signed(data: bytes, signature: bytes, name: str) -> bool:
    """By the present key or one of those before it."""
    former = [_raw(text, "AUDIT_PUBLIC_KEYS") for text in settings.AUDIT_PUBLIC_KEYS]
    public = {key_name(key): key for key in [public_key(), *former]}.get(name)
    if public is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except InvalidSignature:
        return False
    return True
