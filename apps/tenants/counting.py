"""Under what attempts are counted: keyed hashes, as people type all sorts of things."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def name_tried(_request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """What the lock-out asks for."""
    given = credentials or {}
    return counted_as(str(given.get("email") or given.get("username") or ""))


def counted_as(email: str) -> str:
    return salted_hmac("tenants.failures", email.strip().lower(), algorithm="sha256").hexdigest()
