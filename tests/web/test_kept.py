"""Measurements on the trace: what is kept, by whom, and what is refused."""

import json
import re

import pytest
from django.db import DatabaseError

from apps.ecg.models import ReaderMeasurement
from tests.database import committed
from tests.factories import inside, make_user
from tests.web.kept import SECOND, find_beats, keep, move, places
from tests.web.pages import events, measure

pytestmark = committed


def page_of(client, recording):
    return client.get(f"/recordings/{recording.public_id}").content.decode()


def rows(recording):
    with inside(recording.organization):
        return list(ReaderMeasurement.objects.order_by("id"))


def test_a_caliper_is_kept_with_who_when_lead_and_a_number_of_the_servers(
    client_of, reader, mercy, recording
):
    answer = keep(client_of(reader), recording)
    assert answer.status_code == 201
    (row,) = rows(recording)
    assert (row.value, row.unit, row.lead, row.made_by_id) == (1000, "ms", "II", reader.pk)
    assert "1000 ms · 60 /min" in answer.json()["html"]
    (event,) = events(mercy, "ecg.measurement.kept")
    assert (event.actor_id, event.object_id) == (reader.pk, str(row.public_id))


def test_another_reader_finds_it_on_the_page_and_where_it_stands(
    client_of, reader, mercy, recording
):
    keep(client_of(reader), recording)
    page = page_of(client_of(make_user(mercy, "technician")), recording)
    assert "1000 ms · 60 /min" in page
    assert reader.full_name in page
    given = re.search(r'data-tool="time" data-lead="II"[^>]*data-places="([^"]+)"', page)
    assert given is not None
    assert json.loads(given[1].replace("&quot;", '"'))["ends"] == SECOND["ends"]
    assert "data-strike" not in page


@pytest.mark.parametrize(
    ("tool", "given", "value", "words"),
    [
        ("amplitude", places(a=[500, 0], b=[500, -1.24]), -1.24, "−1.24 mV"),
        ("march", places(a=[0, 0], b=[310, 0]), 620, "620 ms · 97 /min × 3"),
        ("angle", places(a=[0, 1], b=[0, 0], c=[200, 0]), 90, "90.0° at 25 mm/s, 10 mm/mV"),
        ("angle", places(a=[200, 1], b=[0, 0], c=[200, 0]), 45, "45.0°"),
    ],
)
def test_each_tool_reads_in_its_unit(client_of, reader, recording, tool, given, value, words):
    answer = keep(client_of(reader), recording, tool, given)
    assert words in answer.json()["html"]
    assert float(rows(recording)[0].value) == pytest.approx(value, abs=0.001)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("tool", {"tool": "ruler"}),
        ("lead", {"lead": "V9"}),
        ("places", {"places": "["}),
        ("places", {"places": "[1]"}),
        ("ends", {"places": json.dumps(places(a=[0, 0]))}),
        ("ends", {"places": json.dumps(places(a=[0, 0], b=[5000, 0]))}),
        ("ends", {"places": json.dumps(places(a=[0, 0], b=[0.5, 0]))}),
        ("ends", {"places": json.dumps(places(a=[0, 0], b=[-1, 0]))}),
        ("ends", {"places": json.dumps(places(a=[0, 0], b=[1, 51]))}),
        ("ends", {"places": json.dumps(places(a=[0, 0], b=[1, None]))}),
        ("speed", {"places": json.dumps(SECOND | {"speed": 30})}),
        ("repeats", {"places": json.dumps(SECOND | {"repeats": 10})}),
    ],
)
def test_what_is_not_of_this_recording_is_refused_with_the_field(
    client_of, reader, recording, field, changes
):
    answer = keep(client_of(reader), recording, **{"given": SECOND, **changes})
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert answer.json()["message"].startswith("Not kept. ")
    assert rows(recording) == []


def test_striking_keeps_the_row_with_both_names(client_of, reader, mercy, recording):
    keep(client_of(reader), recording)
    other = make_user(mercy)
    url = f"/kept/{rows(recording)[0].public_id}/strike"
    assert client_of(other).post(url).status_code == 302
    page = page_of(client_of(reader), recording)
    assert f"struck by {other.full_name}" in page
    assert "data-places" not in page
    client_of(reader).post(url)
    assert rows(recording)[0].struck_by_id == other.pk
    assert len(events(mercy, "ecg.measurement.struck")) == 1


def test_the_database_refuses_to_change_or_remove_one(client_of, reader, mercy, recording):
    keep(client_of(reader), recording)
    kept = ReaderMeasurement.objects
    with pytest.raises(DatabaseError, match="struck, not changed"), inside(mercy):
        kept.update(value=1)
    with pytest.raises(DatabaseError, match="permission denied"), inside(mercy):
        kept.all()._raw_delete("default")


def test_a_technician_keeps_and_strikes_nothing(client_of, technician, reader, recording):
    assert keep(client_of(technician), recording).status_code == 403
    keep(client_of(reader), recording)
    url = f"/kept/{rows(recording)[0].public_id}/strike"
    assert client_of(technician).post(url).status_code == 403
    assert rows(recording)[0].struck_at is None


def test_a_moved_border_stands_beside_the_platforms_numbers_as_the_readers(
    client_of, reader, recording
):
    measure(recording, qrs_ms=92, qt_ms=380, rr_ms=1000)
    find_beats(recording)
    answer = move(client_of(reader), recording, "t_off", 360)
    assert answer.status_code == 201
    page = page_of(client_of(reader), recording)
    row = re.search(r'<tr class="reader">.*?</tr>', page)[0]
    assert re.findall(r"<td>([^<]*)</td>", row) == ["–", "–", "–", "400", "400", "–"]
    assert "<td>380</td>" in re.search(r'<tr class="now">.*?</tr>', page)[0]
    assert "360 ms from R, platform 340 ms" in page
    assert "U wave" in page


@pytest.mark.parametrize(
    ("field", "name", "ms", "reason"),
    [
        ("name", "u_on", 100, "U wave"),
        ("reason", "t_off", 360, ""),
        ("ms", "t_off", 800, "Late"),
        ("ms", "qrs_off", 170, "Beyond the T"),
        ("ms", "qrs_on", -60, "Before the P ends"),
    ],
)
def test_a_border_keeps_its_place_among_the_others(
    client_of, reader, recording, field, name, ms, reason
):
    find_beats(recording)
    answer = move(client_of(reader), recording, name, ms, reason)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_striking_a_moved_border_gives_the_platforms_back(client_of, reader, recording):
    find_beats(recording)
    move(client_of(reader), recording, "qrs_off", 60)
    client_of(reader).post(f"/kept/{rows(recording)[0].public_id}/strike")
    assert 'class="reader"' not in page_of(client_of(reader), recording)


def test_beats_name_r_peaks_and_borders_from_r(client_of, reader, mercy, recording):
    find_beats(recording)
    answer = client_of(reader).get(f"/recordings/{recording.public_id}/beats")
    assert answer.json()["peaks"] == [1000, 1500, 2000]
    assert answer.json()["borders"]["t_off"] == 340
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(events(mercy, "ecg.recording.compared")) == 1
