"""One network address belongs to one organization: reports sent to it would be seen there."""

from __future__ import annotations

import ipaddress
import socket

from django.conf import settings
from django.db import connection

from apps.integrations.models import Destination
from apps.tenants.models import Organization

LOOPBACK = "127.0.0.1"


class AddressTaken(Exception):
    """`holder` is the other organization: to be named to platform staff only."""

    def __init__(self, holder: Organization) -> None:
        super().__init__("the address is another organization's")
        self.holder = holder


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


def holder_of(organization_id: int | None, host: str, port: int) -> Organization | None:
    """The other organization that has the address, in use or not; None where it is free.

    Read as the platform role, which sees configuration of all. In the demo the simulated EHR
    receives for everybody.
    """
    wanted = one_spelling(host)
    if settings.DEMO and (wanted, port) == (LOOPBACK, settings.DEMO_EHR_PORT):
        return None
    rows = Destination.objects.db_manager("platform").select_related("organization")
    others = [
        row.organization
        for row in rows.filter(port=port).order_by("id")
        if row.organization_id != organization_id and one_spelling(row.host) == wanted
    ]
    return others[0] if others else None


def claim(organization_id: int, host: str, port: int) -> None:
    """Raises AddressTaken. Until the transaction ends nobody else claims the same address."""
    with connection.cursor() as cursor:
        name = f"address {one_spelling(host)} {port}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    holder = holder_of(organization_id, host, port)
    if holder is not None:
        raise AddressTaken(holder)
