"""Secrets in the database: sealed with the organization's data key for one place only."""

from __future__ import annotations

from typing import Any

from django.db import models

from apps.core.blobs import sealing
from apps.tenants.keyrings import keyring_of


def seal_secret(organization_id: int, purpose: str, text: str) -> bytes:
    """Opened again only for the same organization and purpose.

    Raises sealing.Unsealable where the organization's key was destroyed, KekUnavailable.
    """
    ring = keyring_of(organization_id)
    return sealing.seal_bytes(text.encode(), organization_id, ring, _bound(purpose))


def open_secret(organization_id: int, purpose: str, sealed: bytes) -> str:
    """Raises sealing.Unsealable, KekUnavailable."""
    ring = keyring_of(organization_id)
    return sealing.unseal_bytes(sealed, organization_id, ring, _bound(purpose)).decode()


def secret_bound(row: models.Model, field: str) -> bytes:
    """What a SecretField's sealed bytes are bound to."""
    return _bound(secret_purpose(row, field))


def secret_purpose(row: models.Model, field: str) -> str:
    """Table, column and row."""
    column = row._meta.get_field(field).column  # type: ignore[union-attr]
    return f"{row._meta.db_table}.{column}:{row.public_id}"  # type: ignore[attr-defined]


def set_secret(row: Any, field: str, text: str) -> None:
    """Puts the sealed text into a SecretField of a row, saved or not yet saved."""
    purpose = secret_purpose(row, field)
    setattr(row, field, seal_secret(row.organization_id, purpose, text) if text else None)


def get_secret(row: Any, field: str) -> str:
    """The text of a SecretField; empty where there is none. Raises as `open_secret`."""
    sealed = getattr(row, field)
    if not sealed:
        return ""
    return open_secret(row.organization_id, secret_purpose(row, field), bytes(sealed))


def _bound(purpose: str) -> bytes:
    return b"secret " + purpose.encode()
