"""What an order does to reports, and what reports do to an order."""

from __future__ import annotations

import pypdfium2
import pytest
from django.utils import timezone

from apps.ecg.stages import changed
from apps.ingestion.models import IdentityCase, Order, OrderCase, OrderLink
from apps.ingestion.orders.asking import ask
from apps.ingestion.orders.cases import NotDecidable, Verdict
from apps.ingestion.orders.stated import OrderRefused
from apps.reports.actions import begin_amendment, signed_pdf
from apps.reports.models import Report
from apps.reports.orders import decide_order_case
from apps.reports.pdf.content import Document
from tests.database import committed
from tests.factories import inside, make_user
from tests.integrations.sent import deliveries_of, make_destination, queue_messages
from tests.integrations.test_message import messages_of
from tests.orders.ecgs import MADE, OTHER, ecg, only_case, order, standing, status_of
from tests.reports.signing import approve, ask_to_retract, inside_of, sign_recording
from tests.reports.text import text_of

pytestmark = pytest.mark.django_db


def decide(organization, decision, chosen=None, reason="Asked the ward"):
    case, by = only_case(organization), make_user(organization, "technician")
    with inside(organization):
        verdict = Verdict(decision, reason, chosen)
        return decide_order_case(case, verdict, by=by, now=timezone.now())


def ask_again(recording):
    with inside_of(recording):
        ask(recording, OrderCase.Kind.ASKED)


def test_a_stat_order_puts_an_unread_report_first(mercy):
    recording = ecg(mercy, report=True)
    order(mercy, priority="stat")
    with inside(mercy):
        assert Report.objects.get(recording=recording).priority_rank == 0


def test_signing_completes_the_order_which_is_not_called_off_then(mercy, reader):
    order(mercy)
    recording = ecg(mercy, report=True)
    assert status_of(mercy) == "in_progress"
    sign_recording(recording, reader)
    assert status_of(mercy) == "completed"
    with pytest.raises(OrderRefused, match="order-completed"):
        order(mercy, control="CA", stated_at=timezone.now())
    assert (standing(recording), status_of(mercy)) == ("P-1", "completed")


@pytest.mark.parametrize("document", Document)
def test_every_page_that_is_signed_names_the_order_it_answers(mercy, reader, document):
    order(mercy, requester="Hannah Reid", accession_number="ACC-9")
    version = sign_recording(ecg(mercy, report=True), reader)
    with inside(mercy):
        pdf = signed_pdf(version, document)
    with pypdfium2.PdfDocument(pdf) as pages:
        count = len(pages)
    for page in range(count):
        text = text_of(pdf, page)
        for words in ("Order P-1 CIS", "Ordered by Hannah Reid", "Accession ACC-9"):
            assert words in text, (page, words)


def test_an_ecg_of_no_order_names_none(mercy, reader):
    version = sign_recording(ecg(mercy, report=True), reader)
    with inside(mercy):
        text = text_of(signed_pdf(version))
    assert "Order Not known" in text
    assert "Ordered by" not in text


def test_an_order_that_comes_after_signing_is_completed_by_it(mercy, reader):
    sign_recording(ecg(mercy, report=True), reader)
    order(mercy)
    assert status_of(mercy) == "completed"


def test_after_a_retraction_the_order_waits_again(mercy, reader):
    order(mercy)
    recording = ecg(mercy, report=True)
    sign_recording(recording, reader)
    approve(ask_to_retract(recording, reader), make_user(mercy))
    assert (standing(recording), status_of(mercy)) == ("", "ordered")


def test_a_person_gives_an_ecg_another_order_before_it_is_signed(mercy):
    order(mercy)
    recording = ecg(mercy, report=True)
    other = order(mercy, "P-2")
    ask_again(recording)
    decide(mercy, "link", other)
    assert (standing(recording), status_of(mercy), status_of(mercy, "P-2")) == (
        "P-2",
        "ordered",
        "in_progress",
    )
    order(mercy, text="changed", stated_at=timezone.now())
    assert standing(recording) == "P-2"


def test_once_signed_an_ecg_leaves_its_order_by_a_retraction_only(mercy, reader):
    order(mercy)
    recording = ecg(mercy, report=True)
    sign_recording(recording, reader)
    other = order(mercy, "P-2")
    ask_again(recording)
    for decision, chosen in (("link", other), ("unsolicited", None)):
        with pytest.raises(NotDecidable, match="Retract it first"):
            decide(mercy, decision, chosen)
    assert standing(recording) == "P-1"


def test_an_order_of_another_patient_is_linked_by_a_person_with_a_reason_only(mercy):
    held = order(mercy, **OTHER)
    recording = ecg(mercy, number="P-1", report=True)
    for decision, chosen, reason in (("link", held, " "), ("link", None, "x"), ("", held, "x")):
        with pytest.raises(NotDecidable):
            decide(mercy, decision, chosen, reason)
    decide(mercy, "link", held)
    assert standing(recording) == "P-1"


def test_left_unsolicited_it_is_not_matched_by_time_but_by_its_number(mercy):
    order(mercy, "P-1")
    order(mercy, "P-2")
    recording = ecg(mercy)
    assert standing(recording) == "several"
    decide(mercy, "unsolicited")
    order(mercy, "P-3")
    assert standing(recording) == ""


def test_the_wrong_patient_becomes_a_question_of_identity(mercy):
    order(mercy, **OTHER)
    recording = ecg(mercy, number="P-1")
    decide(mercy, "wrong_patient")
    with inside(mercy):
        assert IdentityCase.objects.get().recording == recording
        assert Order.objects.get().status == "ordered"
    order(mercy, **OTHER, stated_at=timezone.now())
    assert standing(recording) == ""


@committed
def test_a_result_carries_the_numbers_of_its_order(mercy, reader):
    order(mercy, filler_number="F-1", filler_authority="ECG", accession_number="A-3")
    make_destination(mercy)
    sign_recording(ecg(mercy, report=True, at=MADE), reader)
    queue_messages()
    [message] = messages_of(mercy)
    for segment in (message.segment("ORC"), message.segment("OBR")):
        assert (str(segment(2)), str(segment(3))) == ("P-1^CIS", "F-1^ECG")
    assert str(message.segment("OBR")(18)) == "A-3"


def signed_before_its_order(organization, reader, **late):
    """Sent unsolicited, and again under the order that came after."""
    recording = ecg(organization, report=True, at=MADE)
    sign_recording(recording, reader)
    queue_messages()
    order(organization, filler_number="F-1", accession_number="A-3", **late)
    queue_messages()
    return recording


@committed
def test_an_order_that_comes_after_signing_is_told_to_who_has_the_result(mercy, reader):
    make_destination(mercy)
    recording = signed_before_its_order(mercy, reader)
    first, again = messages_of(mercy)
    for segment in ("ORC", "OBR"):
        assert str(first.segment(segment)(2)) == ""
        assert str(again.segment(segment)(2)) == "P-1^CIS"
        assert str(first.segment(segment)(3)) == str(again.segment(segment)(3))
    assert str(again.segment("OBR")(3)) == str(recording.public_id)
    assert [str(one.segment("OBR")(25)) for one in (first, again)] == ["F", "C"]
    assert str(again.segment("OBR")(18)) == "A-3"
    waiting, newest = deliveries_of(mercy)
    assert (waiting.status, newest.status) == ("superseded", "queued")
    assert (waiting.is_again, newest.is_again) == (False, True)


@committed
@pytest.mark.parametrize("twice", [False, True])
def test_it_is_told_once_and_an_order_known_at_signing_not_at_all(mercy, reader, twice):
    make_destination(mercy)
    if not twice:
        order(mercy)
    recording = signed_before_its_order(mercy, reader, stated_at=timezone.now())
    with inside(mercy):
        changed([recording])
    queue_messages()
    assert len(deliveries_of(mercy)) == 1 + twice


@committed
def test_an_amendment_under_way_says_the_order_itself(mercy, reader):
    make_destination(mercy)
    recording = ecg(mercy, report=True, at=MADE)
    sign_recording(recording, reader)
    queue_messages()
    with inside_of(recording):
        begin_amendment(
            Report.objects.get(recording=recording),
            reader=reader,
            reason="The axis",
            now=timezone.now(),
        )
    order(mercy)
    queue_messages()
    assert len(deliveries_of(mercy)) == 1


@committed
def test_a_message_under_an_order_that_was_called_off_meanwhile_is_not_made(mercy, reader):
    make_destination(mercy)
    recording = ecg(mercy, report=True, at=MADE)
    sign_recording(recording, reader)
    queue_messages()
    order(mercy)
    with inside(mercy):
        OrderLink.objects.update(ended_at=timezone.now())
    queue_messages()
    assert len(deliveries_of(mercy)) == 1
