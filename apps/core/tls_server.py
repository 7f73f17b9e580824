"""TLS of the platform's own listeners: their certificates, and who signs those of peers."""

from __future__ import annotations

import ssl

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def context_of(door: str) -> ssl.SSLContext | None:
    """By the settings DOOR_TLS_CERTIFICATE, _KEY and _CA; None where no certificate is set.

    A peer's certificate is asked for where an authority for it is named; whether one must be shown
    says the row that admits the peer. Raises ImproperlyConfigured.
    """
    certificate, key, authority = (
        str(getattr(settings, f"{door}_TLS_{name}")) for name in ("CERTIFICATE", "KEY", "CA")
    )
    if not certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key or None)
        if authority:
            context.load_verify_locations(authority)
            context.verify_mode = ssl.CERT_OPTIONAL
    except OSError as error:
        words = f"{door}_TLS_CERTIFICATE, _KEY or _CA cannot be used: {type(error).__name__}"
        raise ImproperlyConfigured(words) from None
    return context
