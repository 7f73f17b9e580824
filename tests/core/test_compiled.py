"""A query that is compiled once answers as one that is built anew, whoever asks."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection
from django.utils import timezone

from apps.core.compiled import Compiled
from apps.core.scope import ScopeError
from apps.core.together import together
from apps.ecg.models import Patient, Recording
from apps.reports import counts
from apps.tenants import queries
from apps.tenants.access import Active
from apps.tenants.permissions import ROLE_NAMES
from tests.database import committed
from tests.factories import inside, make_patient, make_recording, make_user

pytestmark = committed

BORN = dt.date(1980, 1, 1)


def _built(oldest: bool, *, patient: int, since: dt.datetime):
    rows = Recording.objects.select_related("patient").filter(patient__born_on__gte=BORN)
    rows = rows.filter(patient=patient, received_at__gte=since)
    return rows.order_by("id" if oldest else "-id")


@pytest.fixture
def people(mercy):
    held = [make_patient(mercy, born_on=BORN) for _ in range(2)]
    for patient in (*held, *held):
        make_recording(mercy, patient=patient)
    return held


@pytest.fixture
def compiled():
    return Compiled(_built)


def asked(patient, **changes):
    return {"patient": patient.pk, "since": timezone.now() - dt.timedelta(days=1)} | changes


@pytest.mark.parametrize("oldest", [True, False])
def test_each_value_finds_its_own_rows_in_the_order_chosen(mercy, people, compiled, oldest):
    with inside(mercy):
        for patient in people:
            found = list(compiled(oldest, **asked(patient)))
            assert found == list(_built(oldest, **asked(patient)))
            assert [row.patient.family_name for row in found] == [patient.family_name] * 2
        assert not compiled(oldest, **asked(people[0], since=timezone.now()))


def test_a_text_is_a_value_too(mercy, people):
    named = Compiled(lambda *, name: Patient.objects.filter(family_name=name).order_by("pk"))
    with inside(mercy):
        for name in (people[0].family_name, "", "stands for value 0", "O'Hara % %s"):
            assert list(named(name=name)) == list(Patient.objects.filter(family_name=name))


def test_several_at_once_keep_their_values(mercy, people, compiled):
    with inside(mercy):
        rows = [compiled(True, **asked(patient)) for patient in people]
        together(*rows)
        assert [[row.patient for row in one] for one in rows] == [[p, p] for p in people]


def test_it_is_built_once_for_each_choice(mercy, people):
    built = []
    compiled = Compiled(lambda *chosen, **values: built.append(chosen) or _built(*chosen, **values))
    with inside(mercy):
        for patient in people:
            for oldest in (True, False):
                assert len(compiled(oldest, **asked(patient))) == 2
    assert built == [(True,), (False,)]


def test_it_is_asked_in_the_scope_of_who_asks(mercy, lakeside, people, compiled):
    for place, count in ((mercy, 2), (lakeside, 0), (mercy, 2)):
        with inside(place):
            assert len(compiled(True, **asked(people[0]))) == count
    with pytest.raises(ScopeError):
        compiled(True, **asked(people[0]))


def test_another_thread_asks_by_its_own_connection(mercy, people, compiled):
    found = []

    def ask():
        with inside(mercy):
            found.append(len(compiled(True, **asked(people[0]))))
        connection.close()

    ask()
    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert found == [2, 2]


def test_what_is_compiled_is_not_narrowed(mercy, people, compiled):
    with inside(mercy):
        rows = compiled(True, **asked(people[0]))
        for narrow in (lambda: rows.filter(pk=1), lambda: rows.order_by("pk")):
            with pytest.raises(TypeError):
                narrow()


def test_a_value_that_is_nowhere_in_the_query_is_refused(mercy):
    with inside(mercy), pytest.raises(ValueError, match=r"is now$"):
        Compiled(lambda *, now: Patient.objects.filter(pk=1))(now=timezone.now())


@pytest.mark.parametrize("role", sorted(ROLE_NAMES))
def test_the_frame_of_every_page_is_asked_as_it_is_built(mercy, role):
    person, active, now = make_user(mercy), Active(mercy.pk, role), timezone.now()
    chosen = active.may("handle_alarms"), active.may("resolve_identity")
    values = {"organization": mercy.pk, "person": person.pk, "week": now}
    with inside(mercy):
        pairs = (
            (counts._COUNTS(*chosen, **values), counts._counts(*chosen, **values)),
            (
                queries._PLACES(person=person.pk, now=now),
                queries._places(person=person.pk, now=now),
            ),
        )
        for compiled, built in pairs:
            ready = compiled.query.get_compiler(using="default").as_sql()
            assert ready == built.query.sql_with_params()
