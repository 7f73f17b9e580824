"""The demo's orders: messages that are read, one of them with the number of another's ECG."""

from __future__ import annotations

import datetime as dt

import pytest

from apps.integrations.hl7.inbound import read_message
from apps.integrations.hl7.orders import read_orders
from apps.tenants.models import Organization
from apps.web.demo.cases import MERCY
from apps.web.demo.orders import ORDERS, demo_order

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
HELD = Organization(slug="mercy", assigning_authority="MERCY", time_zone="Europe/London")


@pytest.mark.parametrize("wanted", ORDERS, ids=lambda wanted: wanted.number)
def test_each_is_a_message_the_door_reads(wanted):
    (order,) = read_orders(read_message(demo_order(wanted, "MERCY", NOW)), HELD)
    assert order.placer_number == wanted.number
    assert order.details["patient_number"] == wanted.person.identifier
    assert order.details["starts_at"] == NOW - dt.timedelta(hours=wanted.hours_ago)
    assert order.details["callback"] == wanted.callback


def test_one_ecg_carries_the_number_of_anothers_order():
    named = {case.accession: case.person for case in MERCY if case.accession}
    (order,) = [wanted for wanted in ORDERS if wanted.accession in named]
    assert named[order.accession] != order.person
