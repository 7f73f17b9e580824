"""The engine that the settings choose."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.core.blobs.keyring import parse_keyring
from apps.core.kek.engine import KeyEncryption
from apps.core.kek.file import FileKeys
from apps.core.kek.shared import SharedKeys
from apps.core.kek.transit import TransitKeys

CHOICES = "EINTHOVEN_KEK_FILE, EINTHOVEN_KEK, EINTHOVEN_KEK_URL"


def key_encryption() -> KeyEncryption:
    """Raises ImproperlyConfigured unless exactly one engine is set, and set right."""
    return _engine(settings.KEK_FILE, settings.KEK, settings.KEK_URL, settings.KEK_TOKEN_FILE)


@lru_cache(maxsize=4)
def _engine(file: str, ring: str, url: str, token_file: str) -> KeyEncryption:
    if sum(map(bool, (file, ring, url))) != 1:
        raise ImproperlyConfigured(f"set one of {CHOICES}")
    if file:
        return FileKeys(Path(file))
    if ring:
        return SharedKeys(parse_keyring(ring, "EINTHOVEN_KEK"))
    if not token_file:
        raise ImproperlyConfigured("EINTHOVEN_KEK_URL needs EINTHOVEN_KEK_TOKEN_FILE")
    return TransitKeys(url, Path(token_file))
