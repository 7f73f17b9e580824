"""The audit trail's pages: by person, patient, report, account, time and code."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from zipfile import ZipFile

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.audit.actions import record
from apps.audit.models import AuditEvent
from apps.tenants.access import Active
from apps.web import trail as queries
from apps.web.trail import Wanted
from tests.audit.conftest import record_events
from tests.database import committed
from tests.factories import inside, make_patient, make_recording, make_user
from tests.many import tighten_indexes
from tests.reports.signing import amend_recording, report_of, sign_recording
from tests.web.pages import events, mrn_of

pytestmark = committed

UTC = dt.UTC


def page_of(client, **query):
    return client.get("/audit", query).content.decode()


def numbers(page):
    return [int(number) for number in re.findall(r'e-seq">(\d+)<', page)]


def whats(page):
    return re.findall(r'e-what">([^<]+)<', page)


@pytest.fixture
def auditor(client_of, admin_user):
    return client_of(admin_user)


def test_events_are_shown_in_words_newest_first(auditor, mercy, reader, recording):
    with inside(mercy):
        record("ecg.recording.viewed", recording, actor=reader)
        record("web.request.refused", actor=reader, route="x", status=403)
    page = page_of(auditor)
    assert whats(page) == ["Request refused", "Recording viewed"]
    assert numbers(page) == [2, 1]
    assert "Dr Ada Reader" in page
    assert "status: 403" in page


def test_patients_are_named_by_whichever_record_the_event_is_about(
    auditor, mercy, reader, recording
):
    version = sign_recording(recording, reader)
    with inside(mercy):
        for row in (recording.patient, recording, version):
            record("ecg.recording.viewed", row, actor=reader)
    page = page_of(auditor)
    assert page.count(f">{recording.patient.display_name}</a>") == 5
    assert mrn_of(recording) not in page


@pytest.mark.parametrize("key", ["actor", "account", "code", "patient", "report"])
def test_each_filter_leaves_what_it_names(auditor, mercy, reader, recording, key):
    other = make_recording(mercy)
    sign_recording(recording, reader)
    sign_recording(other, reader)
    with inside(mercy):
        record("tenants.user.signed_in", reader)
    report = report_of(recording)
    values = {
        "actor": (reader.public_id, {"Report signed", "Interpretation changed"}),
        "account": (reader.public_id, {"Signed in"}),
        "code": ("reports.report.signed", {"Report signed"}),
        "patient": (recording.patient.public_id, {"Report signed", "Interpretation changed"}),
        "report": (report.public_id, {"Report signed", "Interpretation changed"}),
    }
    value, expected = values[key]
    shown = whats(page_of(auditor, **{key: value}))
    assert set(shown) == expected
    counts = {"actor": 4, "account": 1, "code": 2, "patient": 2, "report": 2}
    assert len(shown) == counts[key]


def test_filters_hold_together(auditor, mercy, reader, admin_user, recording):
    with inside(mercy):
        record("ecg.recording.viewed", recording, actor=reader)
        record("ecg.waveform.viewed", recording, actor=reader)
        record("ecg.recording.viewed", recording, actor=admin_user)
        record("ecg.recording.viewed", actor=reader)
    query = {"patient": recording.patient.public_id, "code": "ecg.recording.viewed"}
    assert numbers(page_of(auditor, **query, actor=reader.public_id)) == [1]


def test_reading_a_patients_trail_is_an_event_of_the_patient(auditor, mercy, admin_user):
    patient = make_patient(mercy)
    page_of(auditor, patient=patient.public_id)
    (event,) = events(mercy, "audit.trail.viewed")
    assert (event.object_type, event.object_id) == ("ecg.patient", str(patient.public_id))
    assert event.actor_id == admin_user.pk
    assert json.loads(event.details)["filters"] == ["patient"]
    assert whats(page_of(auditor, patient=patient.public_id)) == ["Audit trail viewed"]


def test_pages_hold_every_event_once_while_new_ones_come(auditor, mercy):
    record_events(mercy, 120)
    seen, address, pages = [], "/audit", 0
    while address:
        page = auditor.get(address).content.decode()
        seen += numbers(page)
        match = re.search(r'href="([^"]+)" rel="next"', page)
        address = f"/audit{match[1]}".replace("&amp;", "&") if match else ""
        pages += 1
    assert seen == list(range(120, 0, -1))
    assert pages == 3


def test_pages_of_a_patient_go_on_where_they_stopped(auditor, mercy, reader):
    patient = make_patient(mercy)
    recordings = [make_recording(mercy, patient=patient) for _ in range(2)]
    with inside(mercy):
        for number in range(70):
            record("ecg.recording.viewed", recordings[number % 2], actor=reader)
            record("ecg.recording.viewed", actor=reader)
    first = page_of(auditor, patient=patient.public_id)
    assert numbers(first) == list(range(139, 40, -2))
    second = page_of(auditor, patient=patient.public_id, below=numbers(first)[-1])
    assert numbers(second) == list(range(39, 0, -2))


def dated(organization, *moments, monkeypatch):
    from apps.audit import actions

    for moment in moments:
        monkeypatch.setattr(actions.timezone, "now", lambda moment=moment: moment)
        with inside(organization):
            record("ecg.recording.viewed")
    monkeypatch.undo()


def test_days_are_the_organizations(mercy, monkeypatch):
    """Midnight in summer is at 23:00 UTC in London."""
    from zoneinfo import ZoneInfo

    moments = [dt.datetime(2026, 7, day, hour, 30, tzinfo=UTC) for day, hour in
               ((1, 22), (1, 23), (2, 22), (2, 23))]  # fmt: skip
    dated(mercy, *moments, monkeypatch=monkeypatch)
    day = dt.date(2026, 7, 2)
    active = Active(mercy.pk, "administrator")
    with inside(mercy):
        wanted = Wanted(since=day, until=day)
        page = queries.trail(active, wanted, ZoneInfo("Europe/London"), None)
    assert [event.seq for event in page.events] == [3, 2]


def test_dates_that_went_back_a_little_are_still_found(mercy, monkeypatch):
    """An event is placed when its work is committed, not when it is dated."""
    begin = dt.datetime(2026, 3, 2, tzinfo=UTC)
    minutes = [0, 30, 5, 40, 35, 90, 20, 100]
    moments = [begin + dt.timedelta(minutes=m) for m in minutes]
    dated(mercy, *moments, monkeypatch=monkeypatch)
    from apps.audit.timeline import events_in, span_of

    with inside(mercy):
        found = events_in(begin + dt.timedelta(minutes=5), begin + dt.timedelta(minutes=40))
        assert sorted(found.values_list("seq", flat=True)) == [2, 3, 5, 7]
        span = span_of(begin + dt.timedelta(minutes=5), begin + dt.timedelta(minutes=40))
    assert (span.first, span.last) == (2, 7)


def test_a_patient_is_found_by_number_and_the_number_is_in_no_address(auditor, mercy):
    patient = make_patient(mercy, mrn="4711")
    answer = auditor.post("/audit", {"mrn": " 4711 "})
    assert answer.headers["Location"] == f"/audit?patient={patient.public_id}"
    answer = auditor.post("/audit", {"mrn": "4712"})
    assert (answer.status_code, b"No patient here has that number." in answer.content) == (
        404,
        True,
    )


def test_a_strangers_patients_and_people_are_not_found(
    auditor, mercy, lakeside, stranger, client_of
):
    patient = make_patient(lakeside, mrn="777")
    assert auditor.post("/audit", {"mrn": "777"}).status_code == 404
    for query in ({"patient": patient.public_id}, {"actor": stranger.public_id}):
        assert auditor.get("/audit", query).status_code == 404
    with inside(lakeside):
        record("ecg.recording.viewed", patient, actor=stranger)
    assert str(stranger) not in page_of(auditor)


def test_one_who_left_is_still_found_by_what_they_did(auditor, mercy):
    visitor = make_user(None, full_name="Pat Platform", is_staff=True)
    assert auditor.get("/audit", {"actor": visitor.public_id}).status_code == 404
    with inside(mercy):
        record("tenants.organization.entered", mercy, actor=visitor, reason="Ticket 12")
    page = page_of(auditor, actor=visitor.public_id)
    assert "<b>Ticket 12</b>" in page
    assert "By Pat Platform" in page


@pytest.mark.parametrize("role", ["reader", "technician"])
def test_only_those_who_may_read_the_trail_do(client_of, mercy, role):
    client = client_of(make_user(mercy, role))
    assert client.get("/audit").status_code == 403
    assert "Audit trail" not in client.get("/worklist").content.decode()


def test_one_who_may_not_see_recordings_sees_no_name(mercy, recording, reader, monkeypatch):
    from apps.tenants import access
    from apps.web.trail_rows import rows_of

    with inside(mercy):
        record("ecg.recording.viewed", recording, actor=reader)
    with inside(mercy):
        found = list(AuditEvent.objects.select_related("actor"))
        named = rows_of(Active(mercy.pk, "administrator"), found)
        monkeypatch.setitem(access.PERMISSIONS, "view_recordings", frozenset())
        unnamed = rows_of(Active(mercy.pk, "administrator"), found)
    assert named[0].patient == recording.patient
    assert unnamed[0].patient is None
    assert unnamed[0].record == f"Recording {str(recording.public_id)[:8]}"


def test_codes_of_texts_are_not_shown(auditor, mercy, reader, recording):
    sign_recording(recording, reader)
    amend_recording(recording, reader, "Amended.")
    page = page_of(auditor)
    assert "Amendment begun" in page
    assert "mac" not in "".join(re.findall(r'class="sub">([^<]*)<', page))


def test_more_events_ask_no_more_queries(auditor, mercy, recording):
    with inside(mercy):
        record("ecg.recording.viewed", recording)
    auditor.get("/audit")
    with CaptureQueriesContext(connection) as few:
        auditor.get("/audit")
    for _ in range(10):
        with inside(mercy):
            record("ecg.recording.viewed", make_recording(mercy))
    with CaptureQueriesContext(connection) as many:
        auditor.get("/audit")
    assert len(many) == len(few)


@pytest.mark.parametrize(
    "query",
    [{"below": "x"}, {"below": "9" * 30}, {"since": "yesterday"}, {"until": "9999-12-31"},
     {"code": "no.such.code"}, {"patient": "x"}, {"actor": "1"}],
)  # fmt: skip
def test_what_is_no_filter_is_left_out(auditor, mercy, query):
    record_events(mercy, 1)
    assert numbers(page_of(auditor, **query)) == [1]


def exported(client, **fields):
    today = dt.datetime.now(UTC).date()
    given = {"since": today - dt.timedelta(1), "until": today + dt.timedelta(1), "reason": "Audit"}
    return client.post("/audit/export", given | fields)


def test_days_are_downloaded_as_one_signed_file(auditor, mercy, admin_user):
    record_events(mercy, 3)
    answer = exported(auditor)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit-1-3.zip"'
    with ZipFile(io.BytesIO(answer.content)) as file:
        assert len(file.read("events.jsonl").splitlines()) == 3
    (event,) = events(mercy, "audit.trail.exported")
    assert event.actor_id == admin_user.pk
    assert json.loads(event.details)["reason"] == "Audit"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": " "}, "Say from which day to which, and why."),
        ({"since": "x"}, "Say from which day to which, and why."),
        ({"since": "2001-01-01", "until": "2001-01-02"}, "Nothing happened in those days."),
    ],
)
def test_what_cannot_be_exported_is_said(auditor, mercy, fields, words):
    record_events(mercy, 1)
    answer = exported(auditor, **fields)
    assert (answer.status_code, words in answer.content.decode()) == (400, True)
    assert events(mercy, "audit.trail.exported") == []


def test_too_many_events_are_refused(auditor, mercy, monkeypatch):
    from apps.web.views import audit

    monkeypatch.setattr(audit, "MOST_EXPORTED", 2)
    record_events(mercy, 3)
    assert "choose fewer days" in exported(auditor).content.decode()


def plan_of(active, wanted):
    from zoneinfo import ZoneInfo

    with CaptureQueriesContext(connection) as captured:
        queries.trail(active, wanted, ZoneInfo("UTC"), None)
    sql = [q["sql"] for q in captured if "audit_auditevent" in q["sql"]][-1]
    with connection.cursor() as cursor:
        # A table of three rows is read in any way: only the order is asked for.
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute("EXPLAIN " + sql)
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize(
    ("fields", "index"),
    [
        ({}, "audit_seq_is_gapless"),
        ({"code": "ecg.recording.viewed"}, "audit_by_code"),
        ({"actor": True}, "audit_by_actor"),
        ({"patient": True}, "audit_by_object"),
    ],
)
def test_each_way_to_ask_has_an_index_in_its_order(mercy, reader, recording, fields, index):
    given = {"actor": reader, "patient": recording.patient}
    wanted = Wanted(**{key: given.get(key, value) for key, value in fields.items()})
    record_events(mercy, 3)
    tighten_indexes()
    with inside(mercy), transaction.atomic():
        plan = plan_of(Active(mercy.pk, "administrator"), wanted)
    assert index in plan, plan


def test_a_report_and_a_patient_lead_to_their_trail(auditor, client_of, reader, recording):
    addresses = {
        f"/recordings/{recording.public_id}": f"/audit?report={report_of(recording).public_id}",
        f"/patients/{recording.patient.public_id}": f"/audit?patient={recording.patient.public_id}",
    }
    for page, trail in addresses.items():
        assert f'href="{trail}"' in auditor.get(page).content.decode()
        assert trail not in client_of(reader).get(page).content.decode()
