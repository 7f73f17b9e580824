"""Several reads in one call answer exactly as each would by itself."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.together import attach, together
from apps.ecg.models import Patient, PatientIdentifier, Recording
from tests.database import committed
from tests.factories import inside, make_patient, make_recording

pytestmark = committed


@pytest.fixture
def held(mercy):
    for name in ("Osei", "100% %s"):
        make_recording(mercy, patient=make_patient(mercy, family_name=name))
    return mercy


def asked():
    """What a page may ask for: objects with relations, values, parts of a list, nothing."""
    return [
        Recording.objects.select_related("patient", "organization").order_by("id"),
        Patient.objects.filter(family_name="100% %s"),
        Patient.objects.order_by("-id").values_list("family_name", flat=True)[:1],
        Patient.objects.order_by("id").values("pk", "family_name"),
        Recording.objects.filter(pk__in=[]),
        Recording.objects.filter(pk=0),
    ]


def test_every_one_answers_as_if_it_were_read_alone(held):
    with inside(held):
        alone, beside = [list(rows) for rows in asked()], asked()
        together(*beside)
        assert [list(rows) for rows in beside] == alone
        assert [row.patient.family_name for row in beside[0]] == ["Osei", "100% %s"]


def test_it_is_one_call_and_what_is_read_is_not_read_again(held):
    with inside(held), CaptureQueriesContext(connection) as captured:
        rows = asked()
        together(*rows)
        assert [len(one) for one in rows] == [2, 1, 1, 2, 0, 0]
        assert len(captured) == 1


def test_what_is_asked_of_one_later_is_asked_anew(held):
    with inside(held):
        rows = Patient.objects.order_by("id")
        together(rows)
        assert [row.family_name for row in rows.filter(family_name="Osei")] == ["Osei"]


def test_rows_are_given_to_the_parent_they_belong_to(held):
    with inside(held):
        people, numbers = Patient.objects.order_by("id"), PatientIdentifier.objects.order_by("id")
        together(people, numbers)
        attach(list(people), numbers, name="identifiers", key="patient_id")
        with CaptureQueriesContext(connection) as captured:
            got = [[row.value for row in person.identifiers.all()] for person in people]
        assert len(captured) == 0
        assert got == [[n.value for n in numbers if n.patient_id == p.pk] for p in people]
        assert all(got)


def test_another_organizations_rows_are_in_none_of_them(held, lakeside):
    with inside(lakeside):
        rows = asked()
        together(*rows)
        assert [len(one) for one in rows] == [0] * 6
