"""The next study's waveform, sent ahead: whose it is, what is recorded, that nothing is held."""

from __future__ import annotations

import gzip

from apps.ecg.formats.packing import unpack
from apps.reports.models import Report
from tests.database import committed
from tests.factories import inside, make_recording
from tests.web.pages import events

pytestmark = [committed]


def ask(client, recording):
    with inside(recording.organization):
        report = Report.objects.get(recording=recording)
    return client.get(f"/reports/{report.public_id}/next", headers={"Accept-Encoding": "gzip"})


def test_the_waveform_is_that_of_the_study_that_signing_opens(client_of, reader, mercy):
    routine, urgent, here = (
        make_recording(mercy),
        make_recording(mercy, priority="stat"),
        make_recording(mercy),
    )
    answer = ask(client_of(reader), here)
    _, name = unpack(gzip.decompress(answer.content))
    assert name == urgent.public_id != routine.public_id
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_sent_ahead_is_recorded_as_that_and_not_as_viewed(client_of, reader, mercy):
    following, here = make_recording(mercy), make_recording(mercy)
    ask(client_of(reader), here)
    (event,) = events(mercy, "ecg.waveform.prefetched")
    assert event.object_id == str(following.public_id)
    assert not events(mercy, "ecg.recording.viewed") + events(mercy, "ecg.waveform.viewed")


def test_nobody_holds_what_was_sent_ahead(client_of, reader, mercy):
    following, here = make_recording(mercy), make_recording(mercy)
    ask(client_of(reader), here)
    with inside(mercy):
        report = Report.objects.get(recording=following)
    assert (report.reading_by, report.assigned_to) == (None, None)


def test_the_page_names_the_samples_it_will_show(client_of, reader, mercy):
    following, here = make_recording(mercy), make_recording(mercy)
    client = client_of(reader)
    name = ask(client, here).headers["ETag"].replace('"', "&quot;")
    page = client.get(f"/recordings/{following.public_id}").content.decode()
    other = client.get(f"/recordings/{here.public_id}").content.decode()
    assert f'data-samples="{name}"' in page
    assert f'data-samples="{name}"' not in other


def test_where_nothing_waits_nothing_is_sent_nor_recorded(client_of, reader, mercy, lakeside):
    here = make_recording(mercy)
    make_recording(lakeside)
    answer = ask(client_of(reader), here)
    assert (answer.status_code, answer.content) == (204, b"")
    assert not events(mercy, "ecg.waveform.prefetched")


def test_who_may_not_sign_is_sent_nothing(client_of, technician, reader, mercy):
    make_recording(mercy)
    here = make_recording(mercy)
    assert ask(client_of(technician), here).status_code == 403
    assert ask(client_of(reader), here).status_code == 200
