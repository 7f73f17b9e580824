"""Signed reports on their way, and what the simulated EHR keeps of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from apps.core import drain, leases
from apps.core.leases import LIVE
from apps.ecg.models import StageRun
from apps.integrations.models import Delivery, Destination
from apps.tenants.models import Organization
from tests.factories import inside

NOBODY = 1  # a port on which nothing listens


def make_destination(organization: Organization, port: int = NOBODY, **fields: Any) -> Destination:
    named = {
        "name": "EHR",
        "receiving_application": "SIMEHR",
        "receiving_facility": "WARD",
        "transport": Destination.Transport.PRIVATE,
    } | fields
    with inside(organization):
        return Destination.objects.create(
            organization=organization, host="127.0.0.1", port=port, **named
        )


def point_at(destination: Destination, port: int) -> None:
    with inside(destination.organization):
        Destination.objects.filter(pk=destination.pk).update(port=port)


def queue_messages() -> None:
    """Every waiting stage: the delivery stage of what was signed among them."""
    while lease := leases.claim(StageRun, LIVE):
        drain.work(lease)


def send_once() -> None:
    """One attempt at the delivery that is next."""
    lease = leases.claim(Delivery, LIVE)
    assert lease is not None, "no delivery waits"
    drain.work(lease)


def deliveries_of(organization: Organization) -> list[Delivery]:
    with inside(organization):
        return list(Delivery.objects.select_related("report_version").order_by("id"))


def only_delivery_of(organization: Organization) -> Delivery:
    [delivery] = deliveries_of(organization)
    return delivery


def stage_of(organization: Organization, stage: str = "deliver") -> StageRun:
    with inside(organization):
        return StageRun.objects.get(stage=stage)


def stored(folder: Path) -> list[dict[str, Any]]:
    """The EHR's index, oldest first."""
    index = folder / "index.jsonl"
    return [json.loads(line) for line in index.read_text().splitlines()] if index.exists() else []


def payloads(folder: Path) -> list[bytes]:
    return [(folder / f"{entry['key']}.hl7").read_bytes() for entry in stored(folder)]
