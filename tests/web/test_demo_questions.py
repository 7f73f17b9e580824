"""The demo's questions of identity are asked by the pipeline, and one of them is decided."""

from __future__ import annotations

import datetime as dt

import pytest

from apps.ingestion.models import IdentityCase
from apps.web.demo import cases
from apps.web.demo.files import demo_file, name_of
from apps.web.demo.organizations import MERCY, provision
from apps.web.demo.questions import answer_one
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import process_waiting, send

pytestmark = committed

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
ASKED_ABOUT = {case.spec["seed"] for case in cases.QUESTIONS}
HELD = tuple(case for case in cases.MERCY if case.spec["seed"] in ASKED_ABOUT)


@pytest.fixture
def organization(db):
    """With the copies held and, after them, those that disagree."""
    organization = provision(MERCY)
    for held_or_new in (HELD, cases.QUESTIONS):
        for case in held_or_new:
            data = demo_file(case, now=NOW, zone="Europe/London", authority="MERCY")
            send(organization, data, filename=name_of(case))
        process_waiting()
    return organization


def kinds(organization, **which):
    with inside(organization):
        return sorted(IdentityCase.objects.filter(**which).values_list("kind", flat=True))


def test_two_copies_are_another_patients_and_one_ecg_may_be_a_duplicate(organization):
    conflict = IdentityCase.Kind.IDENTITY_CONFLICT
    assert kinds(organization) == [conflict, conflict, IdentityCase.Kind.POSSIBLE_DUPLICATE]


def test_one_is_decided_once_and_the_others_stay_open(organization):
    assert [answer_one(MERCY, organization) for _ in range(2)] == [True, False]
    (decided,) = kinds(organization, state=IdentityCase.State.CLOSED)
    assert decided == IdentityCase.Kind.IDENTITY_CONFLICT
    assert len(kinds(organization, state=IdentityCase.State.OPEN)) == 2
