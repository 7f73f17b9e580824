"""Finding a patient: by number, name or birthday, a page at a time, never by an address."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.ecg import finding
from apps.ecg.models import Patient
from tests.database import committed
from tests.factories import inside, make_patient
from tests.many import multiply, tighten_indexes
from tests.web.pages import events, names

pytestmark = committed


@pytest.fixture
def people(mercy):
    born = dt.date(1952, 3, 14)
    return [
        make_patient(
            mercy, mrn="004 417 882", family_name="Lindqvist", given_name="Maja", born_on=born
        ),
        make_patient(mercy, mrn="004 999", family_name="Lindholm", given_name="Per", born_on=born),
        make_patient(mercy, mrn="MRN-7", family_name="MÜLLER", given_name="Anneliese"),
    ]


@pytest.fixture
def client(client_of, reader):
    return client_of(reader)


def found(client, text, **more):
    page = client.post("/patients", {"text": text, **more}).content.decode()
    return re.findall(r'class="name" href="/patients/([0-9a-f-]+)"', page)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("lind", [1, 0]),
        ("Lindqvist, Ma", [0]),
        ("müller", [2]),
        ("004", [1, 0]),
        ("004417", [0]),
        ("mrn-7", [2]),
        ("14-Mar-1952", [1, 0]),
        ("quist", []),
    ],
)
def test_beginnings_of_numbers_and_names_and_whole_birthdays_find(client, people, text, places):
    assert found(client, text) == [str(people[place].public_id) for place in places]


def test_nobody_of_another_organization_is_found(client_of, stranger, people):
    assert found(client_of(stranger), "Lindqvist") == []


def test_the_page_begins_with_how_and_says_what_to_write_instead(client, people):
    assert "Write the beginning of an MRN" in client.get("/patients").content.decode()
    refused = client.post("/patients", {"text": "03/14/1952"})
    assert refused.status_code == 400
    assert "1952-03-14 or 14-Mar-1952" in refused.content.decode()
    assert "Nobody here begins so" in client.post("/patients", {"text": "zz"}).content.decode()


def test_looking_is_recorded_by_kind_and_number_alone(client, mercy, people):
    found(client, "Lindqvist")
    (event,) = events(mercy, "ecg.patients.listed")
    assert json.loads(event.details) == {"count": 1, "kind": "name"}


def test_pages_hold_everybody_once_and_ask_the_same_of_the_database(client, people, monkeypatch):
    monkeypatch.setattr(finding, "PAGE", 1)
    client.get("/patients")
    with CaptureQueriesContext(connection) as captured:
        page = client.post("/patients", {"text": "lind"}).content.decode()
    asked = [row for row in captured.captured_queries if row["sql"] not in ("BEGIN", "COMMIT")]
    assert len(asked) <= 8, names(captured)
    after = re.search(r'name="after" value="([^"]+)"', page)[1]
    assert found(client, "lind", after=after) == [str(people[0].public_id)]


@pytest.mark.parametrize("text", ["lindqvist", "004417", "1952-03-14"])
def test_no_table_of_patients_is_read_whole(mercy, people, text):
    with inside(mercy):
        number = people[2].identifiers.get()
    multiply(mercy, number, unique="value")
    multiply(mercy, people[2], family_name="Other", born_on=dt.date(1990, 1, 1))
    tighten_indexes()
    with inside(mercy):
        plan = finding.matching(finding.asked(text))[: finding.PAGE + 1].explain()
        assert Patient.objects.count() > 500
    assert "Seq Scan on ecg_patient " not in plan, plan
    conditions = [line for line in plan.splitlines() if "Index Cond" in line]
    assert any("found_as" in line or "born_on" in line for line in conditions), plan
