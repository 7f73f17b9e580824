"""The page of a patient: the timeline, trends, two ticked ECGs, and what waits for a person."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.ecg.models import Recording
from apps.ingestion.models import IdentityCase
from apps.web.patient import Entry
from tests.database import committed
from tests.factories import inside, make_ingress, make_patient, make_recording
from tests.isolation.rows import make_row
from tests.web.pages import measure, mrn_of, names

pytestmark = committed
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def patient(mercy):
    return make_patient(mercy)


def ecg_of(patient, days_before=0, **fields):
    at = NOON - dt.timedelta(days=days_before)
    return make_recording(patient.organization, patient=patient, acquired_at=at, **fields)


def page_of(client, patient, query=""):
    return client.get(f"/patients/{patient.public_id}{query}")


def ticked(*recordings):
    return "?compare=yes" + "".join(f"&e={row.public_id}" for row in recordings)


def test_two_ticked_lead_to_the_newer_beside_the_older(client_of, reader, patient):
    older, newer = ecg_of(patient, 400), ecg_of(patient)
    for pair in ((older, newer), (newer, older)):
        answer = page_of(client_of(reader), patient, ticked(*pair))
        assert answer.status_code == 302
        assert answer["Location"] == (
            f"/recordings/{newer.public_id}/compare?with={older.public_id}"
        )


def test_other_than_two_is_a_problem_in_words_and_keeps_the_ticks(client_of, reader, patient):
    first, second, third = ecg_of(patient, 2), ecg_of(patient, 1), ecg_of(patient)
    client = client_of(reader)
    for chosen in ((), (first,), (first, second, third)):
        answer = page_of(client, patient, ticked(*chosen))
        assert answer.status_code == 400
        assert "Tick two ECGs" in answer.content.decode()
        assert answer.content.decode().count(" checked") == len(chosen)


def test_an_ecg_of_somebody_else_is_none_of_the_two(client_of, reader, mercy, lakeside, patient):
    mine = ecg_of(patient)
    for other in (make_recording(mercy), make_recording(lakeside)):
        assert page_of(client_of(reader), patient, ticked(mine, other)).status_code == 400


def test_what_repeats_another_stays_struck_through_and_out_of_the_trends(
    client_of, reader, patient
):
    first, second, repeat = ecg_of(patient, 2), ecg_of(patient, 1), ecg_of(patient)
    for row, rate in ((first, 60), (second, 70), (repeat, 190)):
        measure(row, heart_rate_bpm=rate)
    with inside(patient.organization):
        Recording.objects.filter(pk=repeat.pk).update(duplicate_of=second)
    page = page_of(client_of(reader), patient).content.decode()
    assert len(re.findall(r'href="/recordings/', page)) == 3
    assert f'<s><a href="/recordings/{repeat.public_id}">' in page
    assert "Repeats another" in page
    trend = page[page.index("trends-title") :]
    assert "70" in trend
    assert "190" not in trend


def test_open_questions_are_reached_from_the_page_by_who_may_answer(
    client_of, reader, technician, patient
):
    recording = ecg_of(patient)
    case = make_row(
        IdentityCase, patient.organization, recording=recording, other=None, state="open"
    )
    address = f"/identity/{case.public_id}"
    asked = page_of(client_of(technician), patient).content.decode()
    assert address in asked
    assert 'href="/identity/senders"' in asked
    told = page_of(client_of(reader), patient).content.decode()
    assert case.get_kind_display() in told
    assert address not in told


def test_files_whose_sender_names_the_patient_are_told(client_of, technician, patient):
    recording = ecg_of(patient)
    said = {"identifier": mrn_of(recording), "assigning_authority": "MERCY"}
    stopped = {"state": "quarantined", "error_code": "sender-names-other-order"}
    make_ingress(patient.organization, stated=said, **stopped)
    make_ingress(patient.organization, stated={"identifier": "1"}, **stopped)
    page = page_of(client_of(technician), patient).content.decode()
    assert ">1 file</a> whose sender names this patient" in page


def test_more_ecgs_ask_no_more_queries(client_of, technician, patient):
    client = client_of(technician)
    measure(ecg_of(patient), heart_rate_bpm=60)
    page_of(client, patient)
    with CaptureQueriesContext(connection) as one:
        page_of(client, patient)
    for days in range(1, 5):
        measure(ecg_of(patient, days), heart_rate_bpm=60)
    with CaptureQueriesContext(connection) as five:
        page_of(client, patient)
    assert len(five) == len(one), names(five)


def test_a_year_is_that_of_the_place_where_it_was_made():
    site = SimpleNamespace(time_zone="America/Chicago")
    new_year = dt.datetime(2026, 1, 1, 3, 0, tzinfo=dt.UTC)
    recording = SimpleNamespace(acquired_at=new_year, site=site)
    assert Entry(recording, "", None, "", "").year == "2025"
