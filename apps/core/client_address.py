"""From which address a request comes, past the proxies that are ours."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

LOCAL = "127.0.0.1"


def client_address(request: HttpRequest) -> str:
    """The address that our outermost proxy saw; what a client wrote itself is never believed."""
    behind = request.META.get("REMOTE_ADDR") or LOCAL
    count = settings.TRUSTED_PROXIES
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    return _address(hops[-count] if 0 < count <= len(hops) else behind) or _address(behind) or LOCAL


def _address(text: str) -> str | None:
    """Without the port that some proxies add; None for what is no address."""
    host = text.partition("]")[0].lstrip("[") if text.startswith("[") else text
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None
