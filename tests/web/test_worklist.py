"""The worklist: order, pages, filters, counts, and what it never shows."""

import datetime as dt
import re
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.reports.criticals import raise_by_hand
from apps.reports.models import Report
from tests.database import committed
from tests.factories import inside, make_patient, make_recording
from tests.web.pages import events, measure, mrn_of, names, report_of, sign_now, state

pytestmark = committed


def listed(response):
    """Public ids of the recordings a page lists, in order."""
    return re.findall(r'class="name" href="/recordings/([0-9a-f-]+)"', response.content.decode())


def waiting(organization, minutes, priority="routine", **fields):
    since = timezone.now() - dt.timedelta(minutes=minutes)
    return make_recording(organization, priority=priority, received_at=since, **fields)


def many(organization, count):
    """Reports on copies of one recording, without waveforms: lists never read them."""
    copy = waiting(organization, 0, report=False)
    with inside(organization):
        for number in range(count):
            copy.pk, copy.public_id, copy.canonical_hash = None, uuid4(), f"x{number}"
            copy._state.adding = True
            copy.save(force_insert=True)
            Report.objects.create(
                organization=organization,
                recording=copy,
                priority_rank=2,
                waiting_since=timezone.now() - dt.timedelta(seconds=count - number),
            )


def test_reports_come_by_priority_then_by_waiting(client_of, reader, mercy):
    routine_new = waiting(mercy, 5)
    routine_old = waiting(mercy, 50)
    urgent = waiting(mercy, 1, "urgent")
    stat = waiting(mercy, 1, "stat")
    rows = listed(client_of(reader).get("/worklist"))
    expected = [stat, urgent, routine_old, routine_new]
    assert rows == [str(row.public_id) for row in expected]


def test_a_row_shows_two_identifiers_the_devices_statements_and_the_numbers(
    client_of, reader, mercy
):
    recording = make_recording(mercy, patient=make_patient(mercy, family_name="Lindqvist"))
    state(recording, "Sinus rhythm", "Left bundle branch block")
    state(recording, "Regular RR intervals", source="platform", method="measure@1")
    measure(recording, heart_rate_bpm=97.6, qtc_fridericia_ms=469)
    measure(recording, "device", heart_rate_bpm=99, qrs_ms=152)
    page = client_of(reader).get("/worklist").content.decode()
    assert "LINDQVIST, Pat" in page
    assert mrn_of(recording) in page
    assert "Sinus rhythm · Left bundle branch block<" in page
    assert "Regular RR intervals" not in page
    assert "HR 98 /min · QRS 152 ms · QTc 469 ms" in page


def test_the_statement_of_a_row_is_an_algorithms_where_the_device_is_silent(
    client_of, reader, mercy
):
    spoken = make_recording(mercy)
    state(spoken, "Regular RR intervals", source="platform", method="measure@1")
    state(spoken, "QRS wide", source="model", method="rules@1")
    page = client_of(reader).get("/worklist").content.decode()
    assert "QRS wide" in page
    assert "Regular RR" not in page
    assert "synthetic</span>" in page


def test_signed_reports_leave_the_list_and_are_found_under_signed(client_of, reader, recording):
    client = client_of(reader)
    sign_now(recording, reader)
    assert listed(client.get("/worklist")) == []
    signed = client.get("/worklist?status=signed")
    assert listed(signed) == [str(recording.public_id)]


def test_a_signed_row_says_what_was_signed_and_not_what_the_machine_said(
    client_of, reader, recording
):
    state(recording, "Atrial fibrillation")
    sign_now(recording, reader, text="Sinus rhythm.\nPremature beats.")
    page = client_of(reader).get("/worklist?status=signed").content.decode()
    assert "Sinus rhythm. · Premature beats.<" in page
    assert "Atrial fibrillation" not in page


def test_the_list_of_another_organization_is_its_own(client_of, stranger, recording):
    page = client_of(stranger).get("/worklist")
    assert listed(page) == []
    assert "Nothing to read. New ECGs appear here by themselves." in page.content.decode()


def test_pages_hold_every_row_once_while_rows_come_and_go(client_of, reader, mercy):
    many(mercy, 120)
    client = client_of(reader)
    first = client.get("/worklist")
    following = re.search(r'href="(\?after=[^"]+)"', first.content.decode())[1]
    with inside(mercy):
        signed = Report.objects.order_by("waiting_since").first()
        signed.status = Report.Status.SIGNED
        signed.save()
    waiting(mercy, 1, "stat")
    second = client.get(f"/worklist{following}")
    rest = re.search(r'href="(\?after=[^"]+)"', second.content.decode())[1]
    third = client.get(f"/worklist{rest}")
    rows = listed(first) + listed(second) + listed(third)
    assert [len(listed(page)) for page in (first, second, third)] == [50, 50, 20]
    assert len(set(rows)) == 120


def test_a_page_asks_no_more_for_fifty_rows_than_for_one(client_of, reader, mercy, recording):
    client = client_of(reader)
    client.get("/worklist")
    with CaptureQueriesContext(connection) as one:
        client.get("/worklist")
    many(mercy, 60)
    with CaptureQueriesContext(connection) as fifty:
        page = client.get("/worklist")
    assert len(listed(page)) == 50
    assert len(fifty) == len(one), names(fifty)
    asked = [query for query in fifty.captured_queries if query["sql"].startswith("SELECT")]
    # The door: session, person, memberships, type, second factor, pace. The page: sites, reports,
    # visits, place, counts.
    assert len(asked) <= 11, names(fifty)


def test_filters_are_links_and_narrow_the_list(client_of, reader, mercy):
    from apps.tenants.models import Site

    with inside(mercy):
        ward = Site.objects.create(organization=mercy, name="Ward 7")
    here = make_recording(mercy, site=ward, priority="stat")
    make_recording(mercy, priority="urgent")
    client = client_of(reader)
    page = client.get(f"/worklist?site={ward.public_id}&priority=stat")
    assert listed(page) == [str(here.public_id)]
    assert 'aria-label="Remove filter Site: Ward 7"' in page.content.decode()
    assert len(listed(client.get("/worklist?priority=stat"))) == 1
    nothing = client.get(f"/worklist?site={ward.public_id}&priority=urgent").content.decode()
    assert "No ECG matches. Remove a filter to widen." in nothing


def test_a_filter_that_is_not_understood_is_left_out(client_of, reader, recording):
    page = client_of(reader).get("/worklist?priority=loud&site=x&status=y&after=z")
    assert listed(page) == [str(recording.public_id)]


def test_mine_are_the_reports_whose_draft_i_saved(client_of, reader, mercy, recording):
    make_recording(mercy)
    client = client_of(reader)
    report = report_of(recording)
    client.post(
        f"/reports/{report.public_id}/draft", {"text": "AF", "revision": report.draft_revision}
    )
    page = client.get("/worklist?mine=1")
    assert listed(page) == [str(recording.public_id)]
    assert "You" in page.content.decode()


def test_what_is_critical_stands_before_an_older_stat_and_among_the_stats(client_of, reader, mercy):
    stat = make_recording(mercy, priority="stat")
    critical = make_recording(mercy, priority="routine")
    with inside(mercy):
        report = Report.objects.get(recording=critical)
        raise_by_hand(report, "Pause of 4 s", reader, timezone.now())
    order = [str(critical.public_id), str(stat.public_id)]
    client = client_of(reader)
    assert listed(client.get("/worklist")) == order
    assert listed(client.get("/worklist?priority=stat")) == order


def test_new_reports_are_counted_and_wait_until_asked_for(client_of, reader, mercy, recording):
    client = client_of(reader)
    page = client.get("/worklist").content.decode()
    poll = re.search(r'hx-get="(/worklist[^"]+)"', page)[1].replace("&amp;", "&")
    assert "new <kbd" not in client.get(poll).content.decode()
    make_recording(mercy)
    make_recording(mercy)
    answer = client.get(poll).content.decode()
    assert "2 new" in answer
    assert poll.replace("&", "&amp;") in answer


def test_counts_stop_at_fifty(client_of, reader, mercy):
    many(mercy, 55)
    page = client_of(reader).get("/worklist").content.decode()
    assert 'id="count-worklist">50+<' in page


def test_counts_hold_no_patient_data(client_of, reader, recording):
    answer = client_of(reader).get("/worklist/counts").content.decode()
    assert recording.patient.family_name.upper() not in answer
    assert mrn_of(recording) not in answer


def test_viewing_the_list_is_recorded(client_of, reader, mercy, recording):
    client_of(reader).get("/worklist")
    (event,) = events(mercy, "ecg.worklist.viewed")
    assert (event.actor_id, event.details) == (reader.pk, '{"count": 1}')
