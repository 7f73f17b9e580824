"""Messages about orders that are refused: kept as they came, once, and seen by the desk."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.core.scope import organization_scope
from apps.ingestion.actions import OrganizationClosed
from apps.ingestion.models import Order, OrderMessage
from apps.ingestion.orders.stated import OrderRefused
from apps.ingestion.orders.take import Message, keep_refused
from apps.tenants import blobs
from tests.admin.people import events
from tests.database import committed
from tests.factories import inside, make_user
from tests.orders.messages import Orderer, acknowledged, order_message

pytestmark = committed

TO_ANOTHER = {"patient": {"identifier": "M-2", "assigning_authority": "TRUST"}}


@pytest.fixture
def orderer(mercy):
    return Orderer(mercy)


def refused(organization):
    with inside(organization):
        return list(OrderMessage.objects.filter(effect="refused").order_by("id"))


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (order_message(PID_3=""), "PID-3"),
        (order_message("HD"), "ORC-1"),
        (order_message(MSH_18="KOI8-R"), "MSH-18"),
        (b"not a message at all", "MSH"),
    ],
)
def test_a_refused_message_is_kept_as_it_came(orderer, mercy, message, field):
    assert acknowledged(orderer.tell(message))[1] == field
    [row] = refused(mercy)
    assert (row.refusal_field, row.refusal_code, row.order_id) == (field, "order-invalid", None)
    with inside(mercy):
        assert blobs.get(mercy.pk, "hl7", row.sha256) == message
        assert not Order.objects.exists()
    [event] = events(mercy, "ingestion.order.refused")
    assert (event.object_id, event.client_id) == (str(row.public_id), orderer.client_row.pk)


def test_the_same_bytes_again_are_the_same_row_and_the_same_answer(orderer, mercy):
    first, again = (orderer.tell(order_message(PID_3="")) for _ in range(2))
    assert first.content == again.content
    assert len(refused(mercy)) == 1
    assert len(events(mercy, "ingestion.order.refused")) == 2


@pytest.mark.parametrize("changes", [{"priority": "soon"}, TO_ANOTHER])
def test_a_refused_order_in_json_is_kept_the_same_way(orderer, mercy, changes):
    orderer.place()
    answer = orderer.place(**changes).json()
    [row] = refused(mercy)
    assert (row.source, row.refusal_field) == ("api", answer["field"])
    assert row.refusal_code == answer["code"]


def test_an_organization_that_closed_meanwhile_keeps_nothing(mercy):
    with inside(mercy):
        type(mercy).objects.update(is_live=False)
    why = OrderRefused("order-invalid", "PID-3", "Give the patient's record number.")
    with organization_scope(mercy.pk), pytest.raises(OrganizationClosed):
        keep_refused(Message(order_message(PID_3=""), "hl7"), why)
    assert refused(mercy) == []


def test_the_desk_sees_why_and_gets_the_bytes(orderer, client_of, technician, mercy):
    message = order_message(PID_3="")
    orderer.tell(message)
    [row] = refused(mercy)
    address = reverse("order-message", args=[row.public_id])
    desk = client_of(technician)
    page = desk.get(reverse("order-cases")).content.decode()
    assert address in page
    assert "PID-3" in page
    assert desk.get(address).content == message
    assert len(events(mercy, "ingestion.order.downloaded")) == 1
    assert client_of(make_user(mercy, "reader")).get(address).status_code == 403


def test_a_message_that_was_taken_is_no_refused_one(orderer, client_of, technician, mercy):
    orderer.place()
    with inside(mercy):
        taken = OrderMessage.objects.get()
    address = reverse("order-message", args=[taken.public_id])
    assert client_of(technician).get(address).status_code == 404
