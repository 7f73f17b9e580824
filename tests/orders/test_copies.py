"""Copies of one ECG that name orders: taken, asked about, and locked as an order is."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.scope import organization_scope
from apps.ecg.models import Recording
from apps.ingestion import cases
from apps.ingestion.models import IdentityCase, OrderCase, RecordingArrival
from tests.database import committed
from tests.factories import inside, make_user
from tests.ingestion.files import bring_in, ecg_file, person
from tests.orders.ecgs import MADE, OTHER, order, standing
from tests.web.pages import events

pytestmark = committed

# No order of then is meant by an ECG that names none.
FAR_AWAY = MADE - dt.timedelta(days=20)
LATER = MADE + dt.timedelta(hours=1)
SMITH = person(identifier="MRN-2", family_name="Smith", given_name="Sue")


def copy(organization, uid, **fields):
    return bring_in(organization, ecg_file(sop_instance_uid=f"1.2.{uid}", **fields))


def test_a_copy_that_names_another_order_is_asked_about_once(mercy):
    order(mercy, "P-2", at=FAR_AWAY)
    recording = copy(mercy, 1, accession_number="P-1").recording
    for uid in (2, 3):
        row = copy(mercy, uid, accession_number="P-2")
        assert (row.outcome, row.recording) == ("same_signal", recording)
    assert row.recording.accession_number == "P-1"
    assert standing(recording) == "other_number"
    with inside(mercy):
        assert OrderCase.objects.get().order.placer_number == "P-2"
    assert len(events(mercy, "ecg.recording.numbered_otherwise")) == 2


def test_it_is_asked_too_where_that_order_comes_later(mercy):
    recording = copy(mercy, 1, accession_number="P-1").recording
    copy(mercy, 2, accession_number="P-2")
    order(mercy, "P-1", at=FAR_AWAY)
    assert standing(recording) == "P-1"
    order(mercy, "P-2", at=FAR_AWAY)
    with inside(mercy):
        case = OrderCase.objects.select_related("order").get(closed_at=None)
    assert (case.kind, case.order.placer_number) == ("other_number", "P-2")


def test_another_number_that_no_order_has_is_kept_as_an_event(mercy):
    recording = copy(mercy, 1, accession_number="P-1").recording
    copy(mercy, 2, accession_number="P-2")
    assert standing(recording) == ""
    assert len(events(mercy, "ecg.recording.numbered_otherwise")) == 1


@pytest.mark.parametrize("first", ["P-1", "ACC-1"])
def test_another_number_of_the_same_order_is_no_other_order(mercy, first):
    order(mercy, "P-1", accession_number="ACC-1", at=FAR_AWAY)
    recording = copy(mercy, 1, accession_number=first).recording
    for uid, number in ((2, "P-1"), (3, "ACC-1")):
        copy(mercy, uid, accession_number=number)
    order(mercy, "P-1", "XO", accession_number="ACC-1", at=FAR_AWAY, stated_at=LATER)
    assert standing(recording) == "P-1"
    assert events(mercy, "ecg.recording.numbered_otherwise") == []
    with inside(mercy):
        assert not OrderCase.objects.exists()


def test_an_order_that_was_called_off_is_no_other_order(mercy):
    order(mercy, "P-2", at=FAR_AWAY)
    order(mercy, "P-2", "CA", at=FAR_AWAY, stated_at=LATER)
    recording = copy(mercy, 1, accession_number="P-1").recording
    for uid, number in ((2, "P-2"), (3, "P-3")):
        copy(mercy, uid, accession_number=number)
    order(mercy, "P-3", "CA", at=FAR_AWAY)
    assert standing(recording) == ""


def test_nothing_is_asked_about_an_ecg_that_repeats_another(mercy):
    recording = copy(mercy, 1, accession_number="P-1").recording
    other = copy(mercy, 2, signal=2).recording
    with inside(mercy):
        Recording.objects.filter(pk=recording.pk).update(duplicate_of=other)
    copy(mercy, 3, accession_number="P-2")
    order(mercy, "P-2", at=FAR_AWAY)
    assert standing(recording) == ""


def test_the_order_of_a_copy_of_somebody_else_is_not_asked_about(mercy):
    recording = copy(mercy, 1, accession_number="P-1").recording
    for outcome in ("identity_conflict", "same_bytes"):
        assert copy(mercy, 2, accession_number="P-2", patient=SMITH).outcome == outcome
    order(mercy, "P-2", at=FAR_AWAY, **OTHER)
    copy(mercy, 2, accession_number="P-2", patient=SMITH)
    assert standing(recording) == ""
    assert events(mercy, "ecg.recording.numbered_otherwise") == []


def test_bytes_that_came_before_still_agree_with_their_own_number(mercy):
    copy(mercy, 1, accession_number="P-1")
    stated = {"stated": {"accession_number": "P-2"}, "source": "ehr"}
    file = ecg_file(sop_instance_uid="1.2.2", accession_number="P-2")
    first, again = (bring_in(mercy, file, **stated) for _ in range(2))
    assert (first.outcome, again.outcome) == ("same_signal", "same_bytes")


def decide(organization, chosen, user):
    with organization_scope(organization.pk), transaction.atomic():
        case = IdentityCase.objects.get()
        arrival = RecordingArrival.objects.get(ingress=chosen)
        verdict = cases.Verdict(IdentityCase.Decision.MOVE, "The cart was corrected.", arrival)
        cases.decide(case, verdict, by=user, now=timezone.now(), may_change=True)


def test_the_copy_that_is_right_brings_its_order(mercy):
    recording = copy(mercy, 1, accession_number="").recording
    chosen = copy(mercy, 2, accession_number="P-2", patient=SMITH)
    order(mercy, "P-2", at=FAR_AWAY, **OTHER)
    assert standing(recording) == ""
    decide(mercy, chosen, make_user(mercy, "technician"))
    assert standing(recording) == "P-2"
    with inside(mercy):
        recording.refresh_from_db()
    assert recording.accession_number == "P-2"


def test_the_copy_that_is_right_leaves_the_order_of_the_other_patient(mercy):
    order(mercy, "P-1", at=FAR_AWAY)
    order(mercy, "P-2", at=FAR_AWAY, **OTHER)
    recording = copy(mercy, 1, accession_number="P-1").recording
    assert standing(recording) == "P-1"
    decide(mercy, copy(mercy, 2, accession_number="P-2", patient=SMITH), make_user(mercy))
    assert standing(recording) == "other_number"


def test_a_decision_locks_as_a_file_does_its_patient_then_orders_then_rows(mercy):
    copy(mercy, 1, accession_number="P-1")
    chosen = copy(mercy, 2, accession_number="P-2", patient=SMITH)
    user = make_user(mercy, "technician")
    with CaptureQueriesContext(connection) as queries:
        decide(mercy, chosen, user)
    said = [query["sql"] for query in queries]
    marks = ("hashtextextended('patient:", "hashtextextended('orders:", 'UPDATE "ecg_recording"')
    first = [next(at for at, text in enumerate(said) if mark in text) for mark in marks]
    assert first == sorted(first)
    # All at once: another lock of an order's number later would be out of its place among them.
    (locked,) = {text for text in said[: first[2]] if marks[1] in text}
    numbers = ("MRN-2", "MRN-4711", "P-1", "P-2")
    assert [number in locked for number in numbers] == [True] * 4


def test_a_decision_and_an_order_that_come_at_once_wait_for_each_other(mercy):
    """Either may come first; neither is turned away by the other."""
    recording = copy(mercy, 1, accession_number="").recording
    chosen = copy(mercy, 2, accession_number="P-2", patient=SMITH)
    user, failures = make_user(mercy, "technician"), []

    def attempt(work):
        try:
            work()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    works = (
        lambda: decide(mercy, chosen, user),
        lambda: order(mercy, "P-2", at=FAR_AWAY, **OTHER),
    )
    threads = [threading.Thread(target=attempt, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert standing(recording) == "P-2"
