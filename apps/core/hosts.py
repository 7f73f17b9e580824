"""One spelling of a host, so that two ways to write it are one address."""

from __future__ import annotations

import ipaddress
import socket

LOOPBACK = "127.0.0.1"


def one_spelling(host: str) -> str:
    """Names without case and final dot, numbers in their usual form, loopback as one address.

    Names are not resolved: what they stand for may differ from place to place and day to day.
    """
    bare = host.strip().strip("[]").rstrip(".").lower()
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return LOOPBACK if bare == "localhost" else _short_form(bare)
    address = getattr(address, "ipv4_mapped", None) or address
    return LOOPBACK if address.is_loopback else str(address)


def _short_form(bare: str) -> str:
    """Forms such as 10.1 and 0x0a000001, which resolvers take for addresses too."""
    try:
        return one_spelling(socket.inet_ntoa(socket.inet_aton(bare)))
    except (OSError, UnicodeEncodeError):
        return bare
