"""Orders by the API: placed once, read, listed and cancelled; as JSON and as HL7 messages."""

from __future__ import annotations

import pytest

from apps.ingestion.models import Order, OrderMessage
from apps.integrations.api.order_shapes import OrderPage
from apps.integrations.api.queries import orders
from apps.tenants import blobs
from apps.tenants.clients import Caller
from apps.tenants.model_api import Scope
from tests.admin.people import events
from tests.database import committed
from tests.factories import inside
from tests.orders.ecgs import ecg
from tests.orders.messages import Orderer, acknowledged, order_message

pytestmark = committed


@pytest.fixture
def orderer(mercy):
    return Orderer(mercy)


def only(organization):
    with inside(organization):
        return Order.objects.get()


def test_an_order_is_placed_once_however_often_it_is_sent(orderer, mercy):
    first, again = orderer.place(), orderer.place()
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"] == str(only(mercy).public_id)
    assert first.headers["Location"] == f"/api/v1/orders/{only(mercy).public_id}"
    assert len(events(mercy, "ingestion.order.placed")) == 1
    assert not events(mercy, "ingestion.order.changed")


def test_its_bytes_are_kept_and_no_patient_is_in_the_trail(orderer, mercy):
    orderer.place()
    with inside(mercy):
        message = OrderMessage.objects.get()
        assert b"MRN-4711" in blobs.get(mercy.pk, "hl7", message.sha256)
    (event,) = events(mercy, "ingestion.order.placed")
    assert event.client_id == orderer.client_row.pk
    assert "MRN-4711" not in event.details


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("placer_number", {"placer_number": "x" * 65}),
        ("patient.identifier", {"patient": {}}),
        ("priority", {"priority": "soon"}),
        ("starts_at", {"starts_at": "2026-03-02T09:15:00"}),
        ("patient.sex", {"patient": {"identifier": "1", "sex": "x"}}),
        ("", {"surprise": 1}),
    ],
)
def test_what_is_not_valid_is_refused_by_its_field(orderer, mercy, field, changes):
    answer = orderer.place(**changes)
    assert (answer.status_code, answer.json().get("field", "")) == (400, field)
    with inside(mercy):
        assert not Order.objects.exists()


def test_the_same_number_of_another_authority_is_another_order(orderer):
    orderer.place()
    assert orderer.place(placer_authority="OTHER").status_code == 201
    assert len(orderer.get("orders").json()["orders"]) == 2


def test_an_order_does_not_move_to_another_patient(orderer, mercy):
    orderer.place()
    answer = orderer.place(patient={"identifier": "M-2", "assigning_authority": "TRUST"})
    assert (answer.status_code, answer.json()["code"]) == (409, "order-of-another-patient")
    assert answer.json()["field"] == "patient.identifier"
    assert only(mercy).patient_number == "MRN-4711"
    assert len(events(mercy, "ingestion.order.refused")) == 1


def test_cancelled_twice_it_is_cancelled_once(orderer, mercy):
    where = orderer.place().headers["Location"]
    first, again = (orderer.client.post(f"{where}/cancel") for _ in range(2))
    assert first.json()["status"] == again.json()["status"] == "cancelled"
    assert len(events(mercy, "ingestion.order.changed")) == 1
    assert orderer.place(text="again").json()["code"] == "order-called-off"


def test_the_list_goes_page_by_page(orderer):
    names = [orderer.place(placer_number=f"P-{n}").json()["id"] for n in range(3)]
    page = orderer.get("orders", limit=2).json()
    rest = orderer.get("orders", limit=2, cursor=page["next"]).json()
    found = [row["id"] for row in (*page["orders"], *rest["orders"])]
    assert (found, rest["next"]) == (names[::-1], None)
    assert orderer.get("orders", status="cancelled").json()["orders"] == []


@pytest.mark.parametrize("count", [1, 4])
def test_the_list_costs_the_same_however_many_orders(
    orderer, mercy, count, django_assert_num_queries
):
    for number in range(count):
        orderer.place(placer_number=f"P-{number}")
    found = ecg(mercy, number="P-0")
    caller = Caller(mercy.pk, orderer.client_row, frozenset({Scope.ORDERS_READ}), 1, None)
    with inside(mercy), django_assert_num_queries(2):
        rows = OrderPage(orders(caller)).data["orders"]
    assert rows[-1]["recordings"] == [str(found.public_id)]


def test_reading_is_on_the_record(orderer, mercy):
    where = orderer.place().headers["Location"]
    assert orderer.client.get(where).json()["requester"] == "Dr Ada Okafor"
    assert len(events(mercy, "ingestion.order.viewed")) == 1


def test_a_program_without_the_scope_places_nothing(mercy):
    answer = Orderer(mercy, Scope.ORDERS_READ).place()
    assert answer.status_code == 403
    with inside(mercy):
        assert not Order.objects.exists()


def test_a_message_is_acknowledged_and_the_same_again(orderer, mercy):
    answers = [orderer.tell(order_message()) for _ in range(2)]
    assert [acknowledged(answer) for answer in answers] == [("AA", "")] * 2
    assert answers[0].content == answers[1].content
    assert answers[0].headers["Content-Type"] == "application/hl7-v2; charset=utf-8"
    assert (only(mercy).source, only(mercy).priority) == ("hl7", "stat")
    assert len(events(mercy, "ingestion.order.placed")) == 1


def test_an_unknown_control_code_is_rejected_and_changes_nothing(orderer, mercy):
    answer = orderer.tell(order_message("HD"))
    assert (answer.status_code, acknowledged(answer)) == (400, ("AR", "ORC-1"))
    with inside(mercy):
        assert not Order.objects.exists()
    assert len(events(mercy, "ingestion.order.refused")) == 1


def test_a_cancel_before_its_order_leaves_it_cancelled_and_told(orderer, mercy):
    cancel = order_message("CA", sent="20260302090500", PID_3="", TQ1_9="", OBR_18="")
    for message in (cancel, order_message("NW", sent="20260302090000")):
        assert acknowledged(orderer.tell(message)) == ("AA", "")
    order = only(mercy)
    assert (order.status, order.accession_number) == ("cancelled", "A-3")
    assert (order.patient_number, order.patient_authority) == ("MRN-4711", "TRUST")


def test_an_update_older_than_what_is_known_changes_no_detail(orderer, mercy):
    orderer.tell(order_message("NW", sent="20260302090000"))
    orderer.tell(order_message("XO", sent="20260302091000", TQ1_9="R", ORC_14="555 0202"))
    orderer.tell(order_message("XO", sent="20260302090500", TQ1_9="A", ORC_14="555 0303"))
    assert (only(mercy).priority, only(mercy).callback) == ("routine", "555 0202")
    with inside(mercy):
        effects = list(OrderMessage.objects.order_by("id").values_list("effect", flat=True))
    assert effects == ["applied", "applied", "older"]


def test_a_new_order_under_a_number_that_was_called_off_is_refused(orderer, mercy):
    orderer.tell(order_message("CA", sent="20260302090000"))
    answer = orderer.tell(order_message("NW", sent="20260302090500"))
    assert (answer.status_code, acknowledged(answer)) == (422, ("AE", "ORC-1"))
    assert only(mercy).status == "cancelled"


def test_one_wrong_order_of_a_message_undoes_all_of_it(orderer, mercy):
    both = order_message() + order_message("ZZ").split(b"\r", 2)[2]
    assert acknowledged(orderer.tell(both)) == ("AR", "ORC-1")
    with inside(mercy):
        assert not Order.objects.exists()
