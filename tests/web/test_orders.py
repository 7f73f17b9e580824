"""Orders on pages: the queue, the question side by side, the study and the worklist."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from apps.ingestion.models import OrderLink
from tests.database import committed
from tests.factories import inside
from tests.orders.ecgs import OTHER, ecg, only_case, order, standing
from tests.web.pages import events

pytestmark = committed

IDENTITY = {"family_name": "Osei", "given_name": "Kwame", "born_on": "1968-09-23", "sex": "M"}


@pytest.fixture
def desk(client_of, technician):
    return client_of(technician)


@pytest.fixture
def differing(mercy):
    """An ECG that carries the number of another patient's order."""
    order(mercy, identity=IDENTITY, requester="Ada Okafor", **OTHER)
    return ecg(mercy, number="P-1", report=True)


def page_of(organization):
    return reverse("order-case", args=[only_case(organization).public_id])


def text_of(client, address):
    return client.get(address).content.decode()


def test_the_queue_and_the_bar_of_queues_name_the_question(desk, differing, mercy):
    queue = text_of(desk, reverse("order-cases"))
    assert page_of(mercy) in queue
    assert "The order is for another patient" in queue
    assert 'Order and ECG differ <span class="count">1</span>' in text_of(
        desk, reverse("identity-cases")
    )


def test_what_the_order_says_stands_beside_the_ecg(desk, differing, mercy):
    html = text_of(desk, page_of(mercy))
    for words in ("OSEI, Kwame", "23-Sep-1968", "MRN-2", "MRN-4711", "Ada Okafor"):
        assert words in html
    assert html.count("differs: ") >= 2
    assert len(events(mercy, "ingestion.order.viewed")) == 1


def test_a_decision_is_carried_out_and_on_the_record(desk, differing, mercy, technician):
    given = {"decision": "unsolicited", "reason": "The cart kept the last number"}
    assert desk.post(page_of(mercy), given).status_code == 302
    assert standing(differing) == ""
    (event,) = events(mercy, "ingestion.order.decided")
    assert event.actor == technician
    assert "kept the last number" in text_of(desk, reverse("order-cases"))


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"decision": "unsolicited"}, "Say why"),
        ({"reason": "x"}, "Choose one of the decisions"),
        ({"decision": "link", "reason": "x"}, "Choose the order"),
    ],
)
def test_a_decision_that_is_not_whole_is_asked_again(desk, differing, mercy, given, problem):
    answer = desk.post(page_of(mercy), given)
    assert answer.status_code == 409
    assert problem in answer.content.decode()
    assert standing(differing) == "other_patient"


def test_the_study_and_the_worklist_show_number_and_requester(desk, mercy):
    order(mercy, priority="stat", requester="Ada Okafor", callback="A&E 2104")
    recording = ecg(mercy, report=True)
    study = text_of(desk, reverse("recording", args=[recording.public_id]))
    for words in ("Order P-1", "STAT", "In progress", "Ada Okafor, call back A&amp;E 2104"):
        assert words in study
    listed = re.sub("<[^>]+>", "", text_of(desk, reverse("worklist")))
    assert "Order P-1 · Ada Okafor" in listed


def test_an_ecg_without_an_order_says_so_and_asks_for_one(desk, client_of, reader, mercy):
    recording = ecg(mercy, report=True)
    address = reverse("recording", args=[recording.public_id])
    assert "Unsolicited" in text_of(desk, address)
    assert "Choose an order" not in text_of(client_of(reader), address)
    answer = desk.post(reverse("reorder", args=[recording.public_id]))
    assert answer.headers["Location"] == page_of(mercy)
    assert standing(recording) == "asked"


def test_another_order_is_given_by_hand(desk, mercy):
    order(mercy)
    recording = ecg(mercy, report=True)
    chosen = order(mercy, "P-2")
    desk.post(reverse("reorder", args=[recording.public_id]))
    given = {"decision": "link", "order": chosen.public_id, "reason": "The ward asked twice"}
    assert desk.post(page_of(mercy), given).status_code == 302
    with inside(mercy):
        ended = OrderLink.objects.exclude(ended_at=None).get()
    assert (standing(recording), ended.end_reason) == ("P-2", "The ward asked twice")
