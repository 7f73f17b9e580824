"""Where and how this machine reaches its own listener."""

from __future__ import annotations

import ipaddress
import ssl

from django.conf import settings


def reached_at() -> str:
    """The address it listens at, or loopback of that family where it listens at all of them."""
    address = ipaddress.ip_address(settings.DICOM_ADDRESS)
    if not address.is_unspecified:
        return str(address)
    return "127.0.0.1" if address.version == 4 else "::1"


def trusting(address: str) -> tuple[ssl.SSLContext, str] | None:
    """The listener's own certificate is the one that is trusted, whatever name it is for."""
    if not settings.DICOM_TLS_CERTIFICATE:
        return None
    context = ssl.create_default_context(cafile=settings.DICOM_TLS_CERTIFICATE)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context, address
