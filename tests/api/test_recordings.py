"""Recordings by the API: pages, what is told, the exact samples, each reading on the record."""

from __future__ import annotations

import datetime as dt
import gzip
from decimal import Decimal

import numpy as np
import pytest
import zstandard
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.blobs.store import Corrupt
from apps.ecg import waveforms
from apps.ecg.formats.packing import unpack
from apps.ecg.models import Finding, Measurement, Recording
from tests.admin.people import events
from tests.api.keys import Program, make_client, program_of
from tests.database import committed
from tests.factories import make_patient, make_recording, make_report, make_waveform
from tests.isolation.rows import make_row

pytestmark = pytest.mark.django_db


RETRACTED = "entered_in_error"


def names(page):
    return [row["id"] for row in page["recordings"]]


def at(minute):
    return dt.datetime(2026, 5, 1, 12, minute, tzinfo=dt.UTC)


def rows_at(organization, *minutes):
    """Bare rows, one received at each minute."""
    return [
        make_row(Recording, organization, received_at=at(minute), acquired_at=at(minute))
        for minute in minutes
    ]


def test_pages_follow_each_other_without_gap_or_repeat(mercy, lakeside):
    rows = rows_at(mercy, 1, 2, 2, 2, 3)
    rows_at(lakeside, 2)
    program, seen, cursor = program_of(mercy), [], None
    for _ in range(3):
        query = {"cursor": cursor} if cursor else {}
        page = program.get("recordings", limit=2, **query).json()
        seen, cursor = seen + names(page), page["next"]
    newest_first = sorted(rows, key=lambda row: (row.received_at, row.pk), reverse=True)
    assert seen == [str(row.public_id) for row in newest_first]
    assert cursor is None


def test_a_row_that_comes_meanwhile_moves_no_other(mercy):
    rows_at(mercy, 1, 2, 3)
    program = program_of(mercy)
    first = program.get("recordings", limit=2).json()
    rows_at(mercy, 9)
    second = program.get("recordings", limit=2, cursor=first["next"]).json()
    assert len(set(names(first) + names(second))) == 3


@pytest.mark.parametrize(
    ("query", "minutes"),
    [
        ({"received_from": "2026-05-01T12:02:00Z"}, [2, 3]),
        ({"received_before": "2026-05-01T14:02:00+02:00"}, [1]),
        ({"acquired_from": "2026-05-01T12:02:00Z", "acquired_before": "2026-05-01T12:03:00Z"}, [2]),
    ],
)
def test_the_list_is_narrowed_by_time(query, minutes, mercy):
    rows_at(mercy, 1, 2, 3)
    found = program_of(mercy).get("recordings", **query).json()["recordings"]
    assert sorted(row["received_at"][14:16] for row in found) == [f"{m:02}" for m in minutes]


def test_the_list_is_narrowed_by_patient_and_report(mercy):
    wanted, other = make_recording(mercy), make_recording(mercy, report=False)
    make_report(other, status="signed")
    program = program_of(mercy)
    by_patient = program.get("recordings", patient=wanted.patient.public_id).json()
    by_status = program.get("recordings", report_status="signed").json()
    assert names(by_patient) == [str(wanted.public_id)]
    assert names(by_status) == [str(other.public_id)]
    assert by_status["recordings"][0]["report"]["status"] == "signed"


def test_a_recording_is_listed_once_under_the_status_of_its_newest_report(mercy):
    twice, again = (make_recording(mercy, report=False) for _ in range(2))
    for recording, statuses in ((twice, [RETRACTED] * 2), (again, [RETRACTED, "draft"])):
        for status in statuses:
            make_report(recording, status=status)
    program = program_of(mercy)
    listed = {
        status: names(program.get("recordings", report_status=status).json())
        for status in (RETRACTED, "draft")
    }
    assert listed == {RETRACTED: [str(twice.public_id)], "draft": [str(again.public_id)]}


WRONG = {
    "limit": ["0", "201", "-1", "all", ""],
    "cursor": ["1", "00000000-0000-4000-8000-000000000000"],
    "received_from": ["2026-05-01", "2026-05-01T12:00:00", "yesterday"],
    "patient": ["Smith"],
    "report_status": ["good"],
}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n in WRONG for v in WRONG[n]])
def test_a_wrong_parameter_is_named_without_its_content(name, value, mercy):
    answer = program_of(mercy).get("recordings", **{name: value})
    assert (answer.status_code, answer.json()["field"]) == (400, name)
    assert len(value) < 4 or value not in answer.content.decode()


def test_a_parameter_nobody_knows_is_refused_and_not_repeated(mercy):
    answer = program_of(mercy).get("recordings", mrn="4711")
    assert answer.status_code == 400
    assert b"mrn" not in answer.content


def test_the_list_names_no_patient(mercy):
    make_recording(mercy, patient=make_patient(mercy, family_name="Quillon", mrn="X4711"))
    body = program_of(mercy).get("recordings").content.lower()
    assert b"quillon" not in body
    assert b"x4711" not in body


def test_a_page_takes_the_same_queries_for_many_rows(mercy):
    program, counted = program_of(mercy), []
    make_recording(mercy)
    for more in (0, 0, 4):
        for _ in range(more):
            make_recording(mercy)
        with CaptureQueriesContext(connection) as queries:
            program.get("recordings")
        counted.append(len(queries))
    # The first of the day also writes the day.
    assert counted[1] == counted[2] <= 12


def test_a_recording_tells_who_when_and_what(mercy):
    patient = make_patient(mercy, family_name="Quillon", mrn="X4711")
    recording = make_recording(mercy, patient=patient, priority="stat")
    found = program_of(mercy).get(f"recordings/{recording.public_id}").json()
    assert found["patient"]["family_name"] == "Quillon"
    assert found["patient"]["identifiers"] == [{"value": "X4711", "assigning_authority": "MERCY"}]
    assert (found["priority"], found["sampling_rate_hz"], found["samples"]) == ("stat", 500, 5000)
    assert found["leads"] == recording.lead_names
    assert found["waveforms"] == ["rhythm"]
    assert found["report"]["status"] == "draft"


def test_numbers_have_unit_source_and_method_and_statements_are_unconfirmed(mercy):
    recording = make_recording(mercy)
    for source, value in (("device", "96"), ("platform", "98.5")):
        make_row(
            Measurement,
            mercy,
            recording=recording,
            name="qrs_ms",
            unit="ms",
            value=Decimal(value),
            source=source,
            method=f"{source}@1",
            lead="",
        )
    make_row(Finding, mercy, recording=recording, source="model", text="Atrial fibrillation")
    found = program_of(mercy).get(f"recordings/{recording.public_id}").json()
    assert {(m["source"], m["value"], m["unit"], m["method"]) for m in found["measurements"]} == {
        ("device", 96, "ms", "device@1"),
        ("platform", 98.5, "ms", "platform@1"),
    }
    (statement,) = found["findings"]
    assert (statement["status"], statement["text"]) == ("unconfirmed", "Atrial fibrillation")


def test_times_are_utc_with_their_mark(mercy):
    (row,) = rows_at(mercy, 5)
    found = program_of(mercy).get("recordings").json()["recordings"][0]
    assert found["acquired_at"] == "2026-05-01T12:05:00Z"
    assert row.acquired_at == dt.datetime.fromisoformat(found["acquired_at"])


OPENED = {
    "": bytes,
    "identity": bytes,
    "gzip, deflate": gzip.decompress,
    "gzip, zstd": lambda body: zstandard.ZstdDecompressor().decompress(body, 1 << 24),
}


@pytest.mark.parametrize("accepted", OPENED)
def test_samples_arrive_exactly(accepted, mercy):
    signal = make_waveform(seed=5)
    recording = make_recording(mercy, waveform=signal)
    program = program_of(mercy)
    path = f"/api/v1/recordings/{recording.public_id}/waveform"
    answer = program.client.get(path, headers={"Accept-Encoding": accepted})
    found, name = unpack(OPENED[accepted](answer.content))
    assert name == recording.public_id
    assert np.array_equal(found.counts, signal.counts)
    assert answer.headers["Content-Type"] == "application/vnd.einthoven.ewf1"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_kind_that_is_not_there_is_nowhere_and_one_that_is_none_is_wrong(mercy):
    path = f"recordings/{make_recording(mercy).public_id}/waveform"
    program = program_of(mercy)
    assert program.get(path, kind="median").status_code == 404
    assert program.get(path, kind="all").json()["field"] == "kind"


def test_samples_that_do_not_pass_their_check_are_not_given_out(mercy, monkeypatch):
    def changed(*_):
        raise Corrupt

    monkeypatch.setattr(waveforms, "load_packed", changed)
    answer = program_of(mercy).get(f"recordings/{make_recording(mercy).public_id}/waveform")
    assert (answer.status_code, answer.json()["code"]) == (500, "not-genuine")


@committed
def test_each_reading_is_on_the_record_of_the_client(mercy):
    client, key = make_client(mercy)
    recording = make_recording(mercy)
    program, name = Program(key), recording.public_id
    for path in ("recordings", f"recordings/{name}", f"recordings/{name}/waveform"):
        assert program.get(path).status_code == 200
    read = ("ecg.recordings.listed", "ecg.recording.viewed", "ecg.waveform.viewed")
    found = events(mercy, *read)
    assert tuple(event.code for event in found) == read
    assert {(event.client_id, event.actor_id) for event in found} == {(client.pk, None)}
    assert [event.object_id for event in found[1:]] == [str(name)] * 2


@committed
def test_a_recording_that_is_not_found_is_a_refusal_on_the_record(mercy, lakeside):
    client, key = make_client(mercy)
    Program(key).get(f"recordings/{make_recording(lakeside).public_id}")
    (event,) = events(mercy, "web.request.refused")
    assert event.client_id == client.pk
    assert not events(lakeside, "ecg.recording.viewed", "web.request.refused")


def test_nothing_is_kept_by_caches(mercy):
    make_recording(mercy, acquired_at=timezone.now())
    assert program_of(mercy).get("recordings").headers["Cache-Control"] == "no-store"
