"""What a reader measured is signed: with who and when, the machine's number beside it."""

from __future__ import annotations

import json

import pytest

from apps.ecg.models import ReaderMeasurement
from apps.reports.actions import signed_pdf
from apps.reports.models import Report
from apps.reports.snapshot import digest, take_snapshot
from tests.database import committed
from tests.factories import inside
from tests.reports.signing import sign_recording
from tests.reports.text import text_of
from tests.web.kept import find_beats, keep, move
from tests.web.pages import measure

pytestmark = committed

REASON = "Slur belongs to the QRS"


@pytest.fixture
def moved(recording, client_of, reader):
    """QRS end moved from 52 to 72 ms after R, and an interval of one second kept."""
    measure(recording, rr_ms=1000, qrs_ms=92, qt_ms=380)
    find_beats(recording)
    move(client_of(reader), recording, "qrs_off", 72, REASON)
    keep(client_of(reader), recording)
    return recording


def snapshot_of(recording):
    with inside(recording.organization):
        return take_snapshot(Report.objects.get(recording=recording), "Read.")


def test_the_readers_number_stands_beside_the_machines(moved, reader):
    rows = [row for row in snapshot_of(moved)["measurements"] if row["name"] == "qrs_ms"]
    machine, human = sorted(rows, key=lambda row: row["source"], reverse=True)
    assert (machine["source"], machine["value"]) == ("platform", "92")
    assert (human["source"], human["value"], human["unit"]) == ("human", "112", "ms")
    assert human["by"] == reader.full_name
    assert human["at"]


def test_the_moved_border_keeps_the_machines_place_and_the_reason(moved, reader):
    (border,) = snapshot_of(moved)["beats"]["moved"]
    assert (border["name"], border["ms"], border["platform_ms"]) == ("qrs_off", 72, 52)
    assert (border["by"], border["reason"]) == (reader.full_name, REASON)


def test_the_last_place_of_a_border_counts_and_what_is_struck_does_not(moved, client_of, reader):
    move(client_of(reader), moved, "qrs_off", 60)
    assert [row["ms"] for row in snapshot_of(moved)["beats"]["moved"]] == [60]
    with inside(moved.organization):
        struck = {"struck_by": reader, "struck_at": moved.received_at}
        ReaderMeasurement.objects.update(**struck)
    snapshot = snapshot_of(moved)
    assert snapshot["beats"]["moved"] == snapshot["calipers"] == []
    assert not [row for row in snapshot["measurements"] if row["source"] == "human"]


def test_moving_a_border_is_another_content(moved, client_of, reader):
    before = digest(snapshot_of(moved))
    move(client_of(reader), moved, "p_on", -150)
    assert digest(snapshot_of(moved)) != before


def test_the_signed_pdf_prints_both_numbers_and_who_moved_what(moved, mercy, reader):
    version = sign_recording(moved, reader)
    assert json.loads(version.content)["snapshot"]["beats"]["moved"][0]["ms"] == 72
    with inside(mercy):
        text = text_of(signed_pdf(version))
    assert f"QRS 112 ms borders moved by a reader Reader {reader.full_name}" in text
    assert "Platform, replaced by the reader" in text
    assert "QRS end 72 ms from R 52 ms" in text
    assert f"Interval, II 1000 ms · 60 /min {reader.full_name}" in text
    assert "Slur belongs to the QRS" in text


def test_the_first_page_shows_the_standing_number_and_the_machines(moved, mercy, reader):
    version = sign_recording(moved, reader)
    with inside(mercy):
        first = text_of(signed_pdf(version), page=0)
    assert "QRS 112 ms, machine 92" in first
