"""Where a request came from."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def address_of(request: HttpRequest) -> str:
    """The asker's address as the nearest of our own proxies saw it; empty when it is none.

    Each proxy adds what it saw at the end of the header: before that anybody may write anything.
    """
    seen = request.headers.get("X-Forwarded-For", "").split(",")
    if settings.PROXIES and len(seen) >= settings.PROXIES:
        found = seen[-settings.PROXIES].strip()
    else:
        found = request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(found))
    except ValueError:
        return ""


def household_of(request: HttpRequest) -> str:
    """A keyed hash of the address, of the whole /64 for IPv6: one asker has as many as that."""
    address = address_of(request)
    if ":" in address:
        address = str(ipaddress.ip_network(f"{address}/64", strict=False))
    return salted_hmac("einthoven.address", address, algorithm="sha256").hexdigest()[:32]
