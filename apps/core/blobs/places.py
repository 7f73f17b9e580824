"""Where organizations keep their bytes, asked of the module that knows it (`BLOB_PLACES`)."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.conf import settings

from apps.core.blobs.keyring import Keyring
from apps.core.blobs.store import Engine


def _known() -> Any:
    return import_module(settings.BLOB_PLACES)


def engine_of(organization_id: int) -> Engine:
    place: Engine = _known().engine_of(organization_id)
    return place


def keyring_of(organization_id: int) -> Keyring:
    ring: Keyring = _known().keyring_of(organization_id)
    return ring


def engines() -> Iterator[Engine]:
    """Every place in use, each once."""
    yield from _known().engines()
