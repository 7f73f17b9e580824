"""Destinations, and queueing a signed report's messages, one for each."""

from __future__ import annotations

from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q

from apps.audit import actions as audit
from apps.core.leases import LIVE, Leased
from apps.ingestion.models import OrderLink
from apps.integrations.addresses import claim
from apps.integrations.hl7.content import control_id_for
from apps.integrations.message import build_message
from apps.integrations.models import Delivery, Destination
from apps.integrations.transport import KEY, note_transport
from apps.reports.models import ReportVersion
from apps.tenants import blobs
from apps.tenants.models import Organization
from apps.tenants.organization_types import receives_results
from apps.tenants.secrets import set_secret

log = structlog.get_logger(__name__)

HL7 = "hl7"


@transaction.atomic
def set_destination(
    organization: Organization,
    name: str,
    *,
    host: str,
    port: int,
    key: str = "",
    **fields: Any,
) -> Destination:
    """Make or change the destination of that name. Call inside the organization's scope.

    One that is new is spoken to by TLS unless `transport` says otherwise. `key` is the private
    key of `tls_certificate`; empty keeps what is there, and none is kept without a certificate.
    Raises AddressTaken where another organization has the address.
    """
    claim(organization.pk, host, port)
    row = Destination.objects.select_for_update(of=("self",), no_key=True).filter(name=name).first()
    before = row.transport if row else None
    row = row or Destination(organization=organization, name=name)
    for field, value in {"host": host, "port": port, **fields}.items():
        setattr(row, field, value)
    if key or not row.tls_certificate:
        set_secret(row, KEY, key)
    row.save()
    note_transport(row, before, by=None)
    return row


def queue_deliveries(version: ReportVersion, link: OrderLink | None = None) -> int:
    """One delivery per active destination; the same version again queues nothing.

    With the `link` to an order that came after signing, the same version once more under it.
    Nothing leaves an organization of a type that receives no results.

    Call inside the transaction that ends the stage; how many were queued.
    """
    if not receives_results(version.report.organization.type):
        return 0
    destinations = Destination.objects.filter(is_active=True).order_by("id")
    return sum(_queue(version, destination, link) for destination in destinations)


def _queue(version: ReportVersion, destination: Destination, link: OrderLink | None) -> bool:
    delivery = Delivery(
        organization_id=version.organization_id,
        destination=destination,
        report_version=version,
        dedupe_key=f"{destination.public_id}:{(link or version).public_id}",
        lane=LIVE,
        trace_id=version.report.recording.trace_id,
    )
    if _is_told(delivery, link):
        return False
    delivery.control_id = control_id_for(delivery.public_id)
    message = build_message(delivery, link)
    delivery.message_sha256 = blobs.put(version.organization_id, HL7, [message]).sha256
    _supersede(delivery)
    delivery.save(force_insert=True)
    audit.record("integrations.delivery.queued", delivery, destination=str(destination.public_id))
    return True


def _is_told(delivery: Delivery, link: OrderLink | None) -> bool:
    """Queued before, or once more under its order already, which says all of it."""
    same = Q(dedupe_key=delivery.dedupe_key)
    if link is None:
        same |= Q(destination=delivery.destination, report_version=delivery.report_version)
    return Delivery.objects.filter(same).exists()


def _supersede(newest: Delivery) -> None:
    """An older message that has not left yet never leaves: its successor says it all."""
    version = newest.report_version
    waiting = Delivery.objects.select_for_update(of=("self",), no_key=True).filter(
        destination=newest.destination,
        report_version__report=version.report,
        report_version__number__lte=version.number,
        state=Leased.State.RECEIVED,
    )
    for delivery in waiting:
        delivery.state = Leased.State.DONE
        delivery.status = Delivery.Status.SUPERSEDED
        delivery.save(update_fields=["state", "status"])
        audit.record("integrations.delivery.superseded", delivery)
