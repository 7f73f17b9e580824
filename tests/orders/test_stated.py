"""One right state of an order, in whichever order its messages come."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from apps.ingestion.orders.stated import CONTROLS, OrderRefused, Stated, status_after

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
LATER, EARLIER = NOW + dt.timedelta(minutes=1), NOW - dt.timedelta(minutes=1)


def said(status, at=LATER):
    return Stated("XX", "P-1", "CIS", at, status)


@pytest.mark.parametrize(
    ("held", "status", "at", "then"),
    [
        ("ordered", "in_progress", LATER, "in_progress"),
        ("ordered", "in_progress", EARLIER, "in_progress"),
        ("in_progress", "ordered", LATER, "in_progress"),
        ("completed", "in_progress", LATER, "completed"),
        ("ordered", "", LATER, "ordered"),
        ("ordered", "cancelled", LATER, "cancelled"),
        ("in_progress", "discontinued", LATER, "discontinued"),
        ("cancelled", "ordered", EARLIER, "cancelled"),
        ("cancelled", "", LATER, "cancelled"),
        ("cancelled", "completed", EARLIER, "completed"),
        ("completed", "cancelled", EARLIER, "completed"),
        ("cancelled", "discontinued", LATER, "discontinued"),
        ("discontinued", "cancelled", EARLIER, "discontinued"),
    ],
)
def test_where_an_order_stands_after_a_message(held, status, at, then):
    assert status_after(held, said(status, at), NOW) == then


@pytest.mark.parametrize(
    ("held", "status", "code"),
    [
        ("completed", "cancelled", "order-completed"),
        ("cancelled", "ordered", "order-called-off"),
        ("discontinued", "in_progress", "order-called-off"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field(held, status, code):
    with pytest.raises(OrderRefused) as refused:
        status_after(held, said(status), NOW)
    assert (refused.value.code, refused.value.field) == (code, "control")


def test_any_order_of_messages_ends_alike():
    messages = [said("ordered", EARLIER), said("in_progress", NOW), said("cancelled", LATER)]
    ends = set()
    for first, *rest in itertools.permutations(messages):
        state, known = first.status, first.stated_at
        for one in rest:
            state, known = status_after(state, one, known), max(known, one.stated_at)
        ends.add(state)
    assert ends == {"cancelled"}


def test_every_control_code_of_the_facts_is_understood():
    assert set(CONTROLS) == {"NW", "CA", "DC", "XO", "XX", "SC"}
