"""System checks: anchors are kept in production, and whatever is signed has its key."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from apps.audit.signing import is_signed, public_key


@register()
def the_signing_key_is_one(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Where anchors are kept or a key is set at all, keys can be used."""
    if not settings.AUDIT_ANCHORS and not settings.EXPORT_SIGNING_KEY:
        return []
    try:
        public_key()
        is_signed(b"", b"", "")
    except ImproperlyConfigured as error:
        return [Error(f"{error}: anchors and exports are signed with it.", id="audit.E001")]
    return []


@register(Tags.security, deploy=True)
def anchors_are_kept(app_configs: Any, **_: Any) -> list[CheckMessage]:
    if settings.AUDIT_ANCHORS:
        return []
    words = "EINTHOVEN_AUDIT_ANCHORS is not set: a cut tail of the audit trail goes unnoticed."
    return [checks.Warning(words, id="audit.W001")]
