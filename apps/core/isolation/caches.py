"""Caches are shared by all organizations: they hold counts and times, and nobody's data."""

from __future__ import annotations

import base64
import io
import pickle
import re
from typing import Any

from django.conf import settings

from apps.core.isolation.catalog import Found, rows
from config.isolation import CACHE_KEYS, CACHED_WORDS, CACHES

# Prefix and version come first in a cache's own keys.
OWN = re.compile(r"[^:]*:\d+:")


def caches_are_the_allowed_ones() -> Found:
    faults = [
        f"the cache {alias!r} is not an allowed one"
        for alias, told in settings.CACHES.items()
        if (told["BACKEND"], told.get("LOCATION", "")) not in CACHES
    ]
    return Found(len(settings.CACHES), faults)


def cached_values_are_nobodys() -> Found:
    """Every row's key begins as allowed, and its value is of numbers only."""
    found = rows("SELECT cache_key, value FROM web_cache ORDER BY cache_key")
    faults = []
    for number, (key, value) in enumerate(found, start=1):
        if not _is_allowed(key):
            faults.append(f"cached row {number} has a key that is not allowed")
        if not _is_plain(value):
            faults.append(f"cached row {number} holds more than numbers")
    return Found(len(found), faults)


def _is_allowed(key: str) -> bool:
    own = OWN.match(key)
    return own is not None and key[own.end() :].startswith(tuple(CACHE_KEYS))


def _is_plain(packed: str) -> bool:
    try:
        return _is_numbers(_Numbers(io.BytesIO(base64.b64decode(packed))).load())
    except (pickle.UnpicklingError, ValueError, EOFError):
        return False


def _is_numbers(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_numbers, value))
    return value in CACHED_WORDS if isinstance(value, str) else isinstance(value, int | float)


class _Numbers(pickle.Unpickler):
    """Opens nothing that would call anything."""

    def find_class(self, module: str, name: str, /) -> Any:
        raise pickle.UnpicklingError(f"{module}.{name} is no number")
