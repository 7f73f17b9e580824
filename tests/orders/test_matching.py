"""Which order an ECG answers: by number and patient, else by patient and time, never by name."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from apps.ecg.models import Recording
from apps.ingestion.models import OrderLink, ProcessingRules
from apps.ingestion.orders.matching import named_by
from tests.database import committed
from tests.factories import inside
from tests.many import multiply, tighten_indexes
from tests.orders.ecgs import MADE, OTHER, again, ecg, order, standing, status_of

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
FAR = MADE + 100 * HOUR


@pytest.mark.parametrize("name", ["placer", "filler_number", "accession_number"])
def test_each_number_of_an_order_matches_where_the_patient_is_the_same(mercy, name):
    number = "P-1" if name == "placer" else "N-7"
    order(mercy, at=FAR, **({} if name == "placer" else {name: number}))
    recording = ecg(mercy, number=number)
    assert standing(recording) == "P-1"
    assert status_of(mercy) == "in_progress"


def test_the_number_of_another_patients_order_is_asked_and_never_matched(mercy):
    order(mercy, **OTHER)
    recording = ecg(mercy, number="P-1")
    assert standing(recording) == "other_patient"
    assert status_of(mercy) == "ordered"


def test_an_ecg_that_names_nobody_is_not_matched_by_number_alone(mercy):
    order(mercy)
    assert standing(ecg(mercy, number="P-1", mrn="")) == "other_patient"


@pytest.mark.parametrize(
    ("start", "found"),
    [
        (MADE + HOUR, "P-1"),
        (MADE + HOUR + dt.timedelta(minutes=1), ""),
        (MADE - 24 * HOUR, "P-1"),
        (MADE - 24 * HOUR - dt.timedelta(minutes=1), ""),
        (None, ""),
    ],
)
def test_without_a_number_the_window_of_the_start_decides(mercy, start, found):
    order(mercy, at=start)
    assert standing(ecg(mercy)) == found


def test_the_window_is_the_organizations(mercy):
    with inside(mercy):
        ProcessingRules.objects.create(
            organization=mercy, order_minutes_before=5, order_minutes_after=5
        )
    order(mercy, at=MADE + dt.timedelta(minutes=6))
    assert standing(ecg(mercy)) == ""


@pytest.mark.parametrize(("nearest", "found"), [(False, "several"), (True, "P-2")])
def test_several_orders_are_asked_unless_the_rule_takes_the_nearest(mercy, nearest, found):
    with inside(mercy):
        ProcessingRules.objects.create(organization=mercy, takes_nearest_order=nearest)
    order(mercy, "P-1", at=MADE - 5 * HOUR)
    order(mercy, "P-2", at=MADE - HOUR)
    assert standing(ecg(mercy)) == found


def test_two_that_are_equally_near_are_asked(mercy):
    with inside(mercy):
        ProcessingRules.objects.create(organization=mercy, takes_nearest_order=True)
    for number, hours in (("P-1", 1), ("P-2", -1)):
        order(mercy, number, at=MADE + hours * HOUR)
    assert standing(ecg(mercy)) == "several"


def test_the_same_name_under_another_number_matches_nothing(mercy):
    order(mercy, **OTHER, identity={"family_name": "Ashdown", "given_name": "Wilma"})
    assert standing(ecg(mercy)) == ""


def test_the_same_number_of_another_authority_is_another_patient(mercy):
    order(mercy, patient_authority="ELSEWHERE")
    assert standing(ecg(mercy)) == ""


def test_another_organizations_order_is_none(mercy, lakeside):
    order(lakeside)
    assert standing(ecg(mercy, number="P-1")) == ""


@pytest.mark.parametrize(
    ("number", "details", "found"),
    [("", {}, "P-1"), ("P-1", {"at": FAR}, "P-1"), ("P-1", OTHER, "other_patient")],
)
def test_a_late_order_finds_its_ecg_by_the_same_rules(mercy, number, details, found):
    recording = ecg(mercy, number=number)
    assert standing(recording) == ""
    order(mercy, **details)
    assert standing(recording) == found


@committed
def test_a_late_order_looks_for_its_number_by_an_index(mercy):
    multiply(mercy, ecg(mercy, number="A-1"), unique="canonical_hash", accession_number="A-2")
    late = order(mercy, "P-7", filler_number="A-1")
    tighten_indexes()
    with inside(mercy), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        plan = named_by(late).explain()
    [found] = [row for row in plan.splitlines() if "accession_number" in row]
    assert "recording_by_number" in plan
    assert "Index Cond" in found
    assert "received_at >=" in found


def test_two_ecgs_may_answer_one_order_and_none_two(mercy):
    order(mercy, at=FAR)
    first, repeat = ecg(mercy, number="P-1"), ecg(mercy, number="P-1", at=MADE + HOUR)
    assert standing(first) == standing(repeat) == "P-1"
    order(mercy, "P-2")
    with inside(mercy):
        assert OrderLink.objects.count() == 2


@pytest.mark.parametrize("late", [False, True])
def test_a_stat_order_makes_its_ecg_urgent_and_a_routine_one_nothing(mercy, late):
    made = [] if late else [order(mercy, priority="stat")]
    recording = ecg(mercy)
    made = made or [order(mercy, priority="stat")]
    order(mercy, "P-9", at=FAR, priority="routine")
    assert again(recording).priority == "stat"


def test_an_order_called_off_leaves_its_ecg_unsolicited(mercy):
    order(mercy)
    recording = ecg(mercy, number="P-1")
    order(mercy, control="CA", stated_at=MADE + HOUR)
    assert (standing(recording), status_of(mercy)) == ("", "cancelled")
    with inside(mercy):
        assert Recording.objects.filter(pk=recording.pk).exists()
    assert standing(ecg(mercy, number="P-1")) == ""
