"""One network address belongs to one organization: reports sent to it would be seen there."""

from __future__ import annotations

import ipaddress

from django.conf import settings

from apps.core.hosts import LOOPBACK, one_spelling
from apps.integrations.destinations.mllp.client import may_be_sent_to
from apps.integrations.models import Destination
from apps.tenants.claims import Taken, one_at_a_time
from apps.tenants.models import Organization


class AddressTaken(Taken):
    """Reports would be seen by the holder."""


def may_be_named(host: str) -> bool:
    """False for an address that nothing is sent to; what a name stands for is seen at sending."""
    try:
        return may_be_sent_to(str(ipaddress.ip_address(one_spelling(host))))
    except ValueError:
        return True


def holder_of(organization_id: int | None, host: str, port: int) -> Organization | None:
    """The other organization that has the address, in use or not; None where it is free.

    One that has left, its keys destroyed, holds none.
    Read as the platform role, which sees configuration of all. In the demo the simulated EHR
    receives for everybody.
    """
    wanted = one_spelling(host)
    if settings.DEMO and (wanted, port) == (LOOPBACK, settings.DEMO_EHR_PORT):
        return None
    rows = Destination.objects.db_manager("platform").select_related("organization")
    others = [
        row.organization
        for row in rows.filter(port=port, organization__offboarded_at=None).order_by("id")
        if row.organization_id != organization_id and one_spelling(row.host) == wanted
    ]
    return others[0] if others else None


def claim(organization_id: int, host: str, port: int) -> None:
    """Raises AddressTaken. Until the transaction ends nobody else claims the same address."""
    one_at_a_time(f"address {one_spelling(host)} {port}")
    holder = holder_of(organization_id, host, port)
    if holder is not None:
        raise AddressTaken(holder)
