"""Serial comparison: one patient, one lead system, dated differences, trends."""

import datetime as dt
import re
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from apps.web import trends
from tests.database import committed
from tests.factories import make_patient, make_recording
from tests.web.pages import events, measure, state

NOW = dt.datetime(2026, 11, 21, 14, 2, tzinfo=dt.UTC)
UTC = ZoneInfo("UTC")


def compare(client, recording, query=""):
    return client.get(f"/recordings/{recording.public_id}/compare{query}")


@pytest.fixture
def two(mercy):
    """An ECG and one of 77 days before, of the same patient."""
    patient = make_patient(mercy)
    older = make_recording(mercy, patient=patient, acquired_at=NOW - dt.timedelta(days=77))
    return make_recording(mercy, patient=patient, acquired_at=NOW), older


@committed
def test_differences_stand_with_both_days(client_of, reader, two):
    recording, older = two
    measure(older, heart_rate_bpm=83, qrs_ms=150, qrs_axis_deg=170)
    measure(recording, heart_rate_bpm=98, qrs_ms=152, qrs_axis_deg=-170)
    page = compare(client_of(reader), recording).content.decode()
    assert "Changes since 05-Sep-2026" in page
    table = re.search(r'<table class="serial-table" id.*?</table>', page, re.DOTALL)[0]
    cells = re.findall(r"<td[^>]*>([^<]*)", table)
    assert cells[0:3] == ["98", "83", "+15"]
    assert cells[6:9] == ["152", "150", "+2"]
    assert cells[21:24] == ["−170", "170", "+20"]


@committed
def test_both_traces_are_drawn_by_their_own_recording(client_of, reader, mercy, two):
    page = compare(client_of(reader), two[0]).content.decode()
    for row in two:
        assert f'data-waveform-url="/recordings/{row.public_id}/waveform"' in page
        assert f'data-recording="{row.public_id}"' in page
    assert [event.object_id for event in events(mercy, "ecg.recording.compared")] == [
        str(two[1].public_id)
    ]


@committed
def test_statements_are_sorted_into_new_gone_and_both(client_of, reader, two):
    recording, older = two
    state(older, "Sinus rhythm", "Left axis deviation")
    state(recording, "Sinus rhythm", "Atrial fibrillation")
    page = compare(client_of(reader), recording).content.decode()
    order = ["Only now", "Atrial fibrillation", "Only on 05-Sep-2026", "Left axis", "On both"]
    places = [page.index(words) for words in order]
    assert places == sorted(places)


@committed
def test_another_lead_system_is_shown_and_not_compared(client_of, reader, mercy, two):
    recording, _ = two
    at = NOW - dt.timedelta(days=1)
    other = make_recording(
        mercy, patient=recording.patient, acquired_at=at, electrode_system="Mason-Likar"
    )
    measure(other, heart_rate_bpm=61)
    page = compare(client_of(reader), recording, f"?with={other.public_id}").content.decode()
    assert "Different lead system: not compared." in page
    assert "61" not in re.sub(r"[0-9a-f-]{36}|\d\d:\d\d:\d\d", "", page[page.index("<aside") :])


@committed
def test_only_recordings_of_the_same_patient_are_set_beside_it(
    client_of, reader, mercy, lakeside, two
):
    client = client_of(reader)
    for other in (make_recording(mercy), make_recording(lakeside)):
        assert compare(client, two[0], f"?with={other.public_id}").status_code == 404
    assert compare(client, two[0], "?with=nonsense").status_code == 404
    assert compare(client, two[0], f"?with={two[1].public_id}").status_code == 200


@committed
def test_a_first_ecg_has_nothing_to_compare_with(client_of, reader, recording):
    assert (
        "First ECG for this patient here." in compare(client_of(reader), recording).content.decode()
    )


@committed
def test_the_study_page_names_earlier_recordings_only_as_priors(client_of, reader, mercy, two):
    recording, older = two
    make_recording(mercy, patient=recording.patient, acquired_at=timezone.now())
    page = client_of(reader).get(f"/recordings/{recording.public_id}").content.decode()
    given = re.search(r'data-priors="([^"]*)"', page)[1]
    assert re.findall(r"&quot;id&quot;: &quot;([^&]+)&quot;", given) == [str(older.public_id)]
    assert 'data-key="Shift+O"' in page


def held(pk, days_before, **values):
    measured = [
        SimpleNamespace(name=name, value=Decimal(value), source="platform")
        for name, value in values.items()
    ]
    return SimpleNamespace(pk=pk, acquired_at=NOW - dt.timedelta(days=days_before)), measured


def test_a_trend_runs_from_the_oldest_to_the_newest_in_time_and_height():
    given = [held(1, 100, qrs_ms=100), held(2, 50, qrs_ms=150), held(3, 0, qrs_ms=200)]
    recordings = [row for row, _ in given]
    measured = {row.pk: values for row, values in given}
    (trend,) = trends.trends(reversed(recordings), measured, recordings[2], UTC)
    assert [(p.x, p.y, p.value) for p in trend.points] == [
        (36, 64, "100"), (174, 36, "150"), (312, 8, "200"),
    ]  # fmt: skip
    assert [p.is_now for p in trend.points] == [False, False, True]
    assert trend.line == "36,64 174,36 312,8"


def test_one_number_is_no_trend_and_small_changes_stay_small():
    given = [held(1, 9, qrs_ms=100, heart_rate_bpm=60), held(2, 0, qrs_ms=102)]
    recordings = [row for row, _ in given]
    measured = {row.pk: values for row, values in given}
    (trend,) = trends.trends(recordings, measured, recordings[1], UTC)
    assert (trend.label, trend.least, trend.most) == ("QRS", "91", "111")
    assert abs(trend.points[0].y - trend.points[1].y) < 6


def test_the_table_holds_what_the_drawing_shows_newest_first():
    given = [held(1, 0, qrs_ms=100), held(2, 9, heart_rate_bpm=60)]
    recordings = [row for row, _ in given]
    found = trends.rows(recordings, {row.pk: values for row, values in given}, recordings[0], UTC)
    assert [(row.day, row.values, row.is_now) for row in found] == [
        ("21-Nov-2026", ("–", "100", "–"), True),
        ("12-Nov-2026", ("60", "–", "–"), False),
    ]
