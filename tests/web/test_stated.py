"""Numbers that a reader states: unit-checked, with a reason, beside the machine's, and signed."""

import json

import pytest

from apps.ecg.models import ReaderMeasurement
from apps.integrations.message import standing_numbers
from apps.reports.actions import signed_pdf
from apps.reports.models import Report
from apps.reports.snapshot import take_snapshot
from tests.database import committed
from tests.factories import inside
from tests.reports.signing import sign_recording
from tests.reports.text import text_of
from tests.web.kept import find_beats, move
from tests.web.pages import events, measure

pytestmark = committed

JSON = {"Accept": "application/json"}
WHY = "Every second T wave was counted"


def state_number(client, recording, name="heart_rate_bpm", value="75", unit="/min", **more):
    body = {"tool": "stated", "name": name, "value": value, "unit": unit, "reason": WHY} | more
    headers = body.pop("headers", JSON)
    return client.post(f"/recordings/{recording.public_id}/kept", body, headers=headers)


def rows(recording):
    with inside(recording.organization):
        return list(ReaderMeasurement.objects.order_by("id"))


def numbers_of(recording):
    with inside(recording.organization):
        snapshot = take_snapshot(Report.objects.get(recording=recording), "Read.")
    return {row["name"]: row for row in snapshot["measurements"] if row["source"] == "human"}


def test_a_stated_number_stands_beside_the_machines_with_who_and_why(
    client_of, reader, mercy, recording
):
    measure(recording, heart_rate_bpm=150, rr_ms=400, qt_ms=360)
    client = client_of(reader)
    answer = state_number(client, recording)
    assert answer.status_code == 201
    assert "75 /min, platform 150 /min" in answer.json()["html"]
    (row,) = rows(recording)
    assert (row.value, row.unit, row.reason, row.made_by_id) == (75, "/min", WHY, reader.pk)
    page = client.get(f"/recordings/{recording.public_id}").content.decode()
    assert '<tr class="reader">' in page
    assert "Heart rate, stated" in page
    assert "data-places" not in page
    assert len(events(mercy, "ecg.measurement.kept")) == 1


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"unit": "ms"}, "unit", "Heart rate is given in /min."),
        ({"unit": ""}, "unit", "Heart rate is given in /min."),
        ({"value": "1250"}, "value", "Heart rate is 10 to 400 /min: check the unit."),
        ({"value": "75 /min"}, "value", "in digits"),
        ({"value": "7٥"}, "value", "in digits"),
        ({"name": "qt_ms", "value": "0.4", "unit": "ms"}, "value", "QT is 100 to 1000 ms"),
        ({"name": "qt_ms", "value": "400", "unit": "s"}, "value", "QT is 100 to 1000 ms"),
        ({"name": "qtc_bazett_ms"}, "name", "cannot be stated"),
        ({"reason": " "}, "reason", "Write why"),
    ],
)
def test_what_has_no_sense_or_no_reason_is_refused_with_the_field(
    client_of, reader, recording, changes, field, words
):
    answer = state_number(client_of(reader), recording, **changes)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert words in answer.json()["message"]
    assert rows(recording) == []


def test_seconds_become_milliseconds_and_the_axis_may_be_left(client_of, reader, recording):
    client = client_of(reader)
    state_number(client, recording, "qt_ms", "0.412", "s")
    state_number(client, recording, "qrs_axis_deg", "\N{MINUS SIGN}45", "deg")
    assert [(row.value, row.unit) for row in rows(recording)] == [(412, "ms"), (-45, "deg")]
    found = numbers_of(recording)
    assert (found["qrs_axis_deg"]["value"], found["qrs_axis_deg"]["unit"]) == ("-45", "deg")


def test_the_corrected_qt_follows_a_stated_rate_and_a_stated_qt(client_of, reader, recording):
    measure(recording, heart_rate_bpm=150, rr_ms=400, qt_ms=360)
    client = client_of(reader)
    state_number(client, recording, value="60")
    # RR of one second: no formula changes the QT.
    assert numbers_of(recording)["qtc_fridericia_ms"]["value"] == "360"
    state_number(client, recording, "qt_ms", "400", "ms")
    found = numbers_of(recording)
    assert found["qtc_bazett_ms"]["value"] == "400"
    assert found["qtc_bazett_ms"]["method"] == "stated by a reader"


def test_of_a_stated_number_and_a_moved_border_the_later_counts(client_of, reader, recording):
    measure(recording, rr_ms=1000, qrs_ms=92)
    find_beats(recording)
    client = client_of(reader)
    state_number(client, recording, "qrs_ms", "130", "ms")
    assert numbers_of(recording)["qrs_ms"]["value"] == "130"
    move(client, recording, "qrs_off", 72)
    assert numbers_of(recording)["qrs_ms"]["value"] == "112"
    state_number(client, recording, "qrs_ms", "140", "ms")
    assert numbers_of(recording)["qrs_ms"]["value"] == "140"
    client.post(f"/kept/{rows(recording)[-1].public_id}/strike")
    assert numbers_of(recording)["qrs_ms"]["value"] == "112"


def test_it_is_signed_printed_and_sent_where_the_machine_measured_nothing(
    client_of, reader, mercy, recording
):
    state_number(client_of(reader), recording, "qt_ms", "412", "ms")
    sign_page = client_of(reader).get(f"/reports/{report_id(recording)}/sign").content.decode()
    assert "not measured by the machine" in sign_page
    version = sign_recording(recording, reader)
    measurements = json.loads(version.content)["snapshot"]["measurements"]
    assert ("qt_ms", 412) in [(row.name, row.value) for row in standing_numbers(measurements)]
    with inside(mercy):
        text = text_of(signed_pdf(version))
    assert "QT, stated 412 ms not measured" in text
    assert WHY in text


def report_id(recording):
    with inside(recording.organization):
        return Report.objects.get(recording=recording).public_id


def test_without_scripts_the_form_comes_back_with_what_is_wrong(client_of, reader, recording):
    client = client_of(reader)
    refused = state_number(client, recording, unit="ms", headers={"Accept": "text/html"})
    page = refused.content.decode()
    assert refused.status_code == 400
    assert '<a href="#stated-unit">Heart rate is given in /min.</a>' in page
    assert 'name="value" value="75"' in page
    assert 'id="text"' in page
    kept = state_number(client, recording, headers={"Accept": "text/html"})
    assert kept.url == f"/recordings/{recording.public_id}"


def test_only_who_reads_states_numbers(client_of, technician, recording):
    assert state_number(client_of(technician), recording).status_code == 403
    page = client_of(technician).get(f"/recordings/{recording.public_id}").content.decode()
    assert "State a number" not in page
