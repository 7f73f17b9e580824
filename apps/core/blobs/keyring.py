"""Data keys by name: one writes, all read."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
KEY_ID_BYTES = 16


@dataclass(frozen=True)
class Keyring:
    active: str
    keys: dict[str, bytes]

    def key(self, key_id: str) -> bytes:
        """The key of that name. Raises KeyError when it is gone."""
        return self.keys[key_id]


def parse_keyring(text: str, setting: str) -> Keyring:
    """{"active": name, "keys": {name: base64 of 32 bytes}}; raises ImproperlyConfigured."""
    try:
        raw = json.loads(text)
        keys = {str(k): base64.b64decode(v, validate=True) for k, v in raw["keys"].items()}
        ring = Keyring(str(raw["active"]), keys)
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise ImproperlyConfigured(
            f'{setting} must be {{"active": name, "keys": {{name: base64}}}}'
        ) from None
    if ring.active not in ring.keys:
        raise ImproperlyConfigured(f"{setting}: the active key is not among the keys")
    for name, key in ring.keys.items():
        if len(key) != KEY_BYTES or not 0 < len(name.encode()) <= KEY_ID_BYTES:
            raise ImproperlyConfigured(f"{setting}: a key has 32 bytes and a name of 1 to 16")
    return ring
