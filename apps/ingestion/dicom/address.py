"""Where this machine reaches its own listener."""

from __future__ import annotations

import ipaddress

from django.conf import settings


def reached_at() -> str:
    """The address it listens at, or loopback of that family where it listens at all of them."""
    address = ipaddress.ip_address(settings.DICOM_ADDRESS)
    if not address.is_unspecified:
        return str(address)
    return "127.0.0.1" if address.version == 4 else "::1"
