"""Invented orders for the demo's ECGs, as the messages an EHR would send."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from apps.core.scope import organization_scope
from apps.ingestion.models import Order
from apps.ingestion.orders.take import Message, take
from apps.integrations.hl7.inbound import read_message
from apps.integrations.hl7.orders import read_orders
from apps.integrations.hl7.segments import segment
from apps.tenants.models import Organization
from apps.web.demo.cases import KOWALSKI, LINDQVIST, MUELLER, OSEI, Person

TIME = "%Y%m%d%H%M%S+0000"
PLACER = "DEMO-CIS"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One order; `accession` is what the cart would print into the file."""

    number: str
    person: Person
    hours_ago: float
    priority: str
    requester: tuple[str, str, str]
    callback: str
    accession: str = ""


OKAFOR, REID = ("7001", "Okafor", "Ada"), ("7002", "Reid", "Hannah")
# Adeyemi's ECG carries the number of Osei's order: a question for the desk.
ORDERS = (
    Wanted("20411", LINDQVIST, 0.9, "S", OKAFOR, "A&E 2104"),
    Wanted("20412", MUELLER, 0.5, "S", REID, "Ward 7 3310"),
    Wanted("20415", KOWALSKI, 2.0, "A", REID, "Ward 7 3310"),
    Wanted("20418", OSEI, 1.5, "R", OKAFOR, "Clinic B 4402", "ACC-20418"),
)


def place_orders(organization: Organization) -> None:
    """Once; a second start finds them."""
    with organization_scope(organization.pk):
        with transaction.atomic():
            if Order.objects.exists():
                return
        for wanted in ORDERS:
            data = demo_order(wanted, organization.assigning_authority, timezone.now())
            stated = read_orders(read_message(data), organization)
            take(Message(data, Order.Source.HL7), stated)


def demo_order(wanted: Wanted, authority: str, now: dt.datetime) -> bytes:
    """ORM^O01, its start counted back from `now`."""
    person, placer = wanted.person, (wanted.number, PLACER)
    start = now.astimezone(dt.UTC) - dt.timedelta(hours=wanted.hours_ago)
    segments = [
        segment(
            "MSH",
            {
                3: PLACER,
                7: start.strftime(TIME),
                9: ("ORM", "O01", "ORM_O01"),
                10: f"DEMO{wanted.number}",
                11: "P",
                12: "2.5.1",
                18: "UNICODE UTF-8",
            },
        ),
        segment(
            "PID",
            {
                3: (person.identifier, "", "", authority, "MR"),
                5: (person.family_name, person.given_name),
                7: f"{person.born_on:%Y%m%d}",
                8: person.sex,
            },
        ),
        segment("ORC", {1: "NW", 2: placer, 12: wanted.requester, 14: wanted.callback}),
        segment("TQ1", {7: start.strftime(TIME), 9: wanted.priority}),
        segment("OBR", {2: placer, 4: ("93000", "12-lead ECG", "C4"), 18: wanted.accession}),
    ]
    return "".join(text + "\r" for text in segments).encode()
