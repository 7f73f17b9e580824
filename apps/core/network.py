"""Whose requests count together."""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from apps.core.client_address import client_address


def household_of(request: HttpRequest) -> str:
    """A keyed hash of the address, of the whole /64 for IPv6: one asker has as many as that."""
    address = client_address(request)
    if ":" in address:
        address = str(ipaddress.ip_network(f"{address}/64", strict=False))
    return salted_hmac("einthoven.address", address, algorithm="sha256").hexdigest()[:32]
