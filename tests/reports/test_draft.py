"""The interpretation while it is written."""

from __future__ import annotations

import datetime as dt

import pytest

from apps.core import drain, leases
from apps.core.leases import LIVE
from apps.ecg.models import StageRun
from apps.reports.actions import NotEditable, NotSignable, Stale, save_draft, submit_draft
from apps.reports.models import Report
from tests.database import committed
from tests.factories import inside, make_recording, make_stage_run, make_user
from tests.ingestion.files import codes_of
from tests.reports.signing import report_of, sign_recording, write

pytestmark = committed

NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def test_a_saved_text_raises_the_revision_and_names_its_writer(mercy, reader, recording):
    with inside(mercy):
        report = write(report_of(recording), reader, "Sinus rhythm, 70/min.", NOW)
        stored = Report.objects.get()
    assert (stored.draft_text, stored.draft_revision) == ("Sinus rhythm, 70/min.", 2)
    assert (stored.draft_saved_at, stored.draft_saved_by_id) == (NOW, reader.pk)
    assert report.draft_revision == 2
    assert codes_of(mercy) == ["reports.report.edited"]


def test_an_unchanged_text_changes_nothing(mercy, reader, recording):
    with inside(mercy):
        report = report_of(recording)
        assert write(report, reader, report.draft_text).draft_revision == report.draft_revision
    assert codes_of(mercy) == []


@pytest.mark.parametrize("revision", [0, 1, 3, 99])
def test_a_text_written_on_another_revision_is_refused_with_what_stands(
    mercy, reader, recording, revision
):
    with inside(mercy):
        report = write(report_of(recording), reader, "First.")
        with pytest.raises(Stale) as stale:
            save_draft(report, text="Second.", revision=revision, editor=reader, now=NOW)
        assert (stale.value.report.draft_text, stale.value.report.draft_revision) == ("First.", 2)
        assert Report.objects.get().draft_text == "First."


def test_of_two_who_write_at_once_the_second_hears_of_the_first(mercy, reader, recording):
    colleague = make_user(mercy)
    seen_by_both = report_of(recording)
    with inside(mercy):
        write(seen_by_both, reader, "By the first.")
    with inside(mercy), pytest.raises(Stale):
        write(seen_by_both, colleague, "By the second.")
    assert report_of(recording).draft_saved_by_id == reader.pk


def test_a_signed_text_is_not_edited(mercy, reader, recording):
    sign_recording(recording, reader)
    with inside(mercy), pytest.raises(NotEditable):
        write(report_of(recording), reader, "Changed.")


def test_only_the_words_that_were_shown_are_handed_over(mercy, reader, recording):
    with inside(mercy):
        empty = write(report_of(recording), reader, " ")
        with pytest.raises(NotSignable):
            submit_draft(empty, revision=empty.draft_revision, trainee=reader, now=NOW)
        report = write(empty, reader, "Sinus rhythm.")
        with pytest.raises(Stale):
            submit_draft(report, revision=report.draft_revision - 1, trainee=reader, now=NOW)
        submitted = submit_draft(report, revision=report.draft_revision, trainee=reader, now=NOW)
    assert submitted.submitted_by == reader


def test_a_measured_recording_gets_one_empty_report_in_worklist_order(mercy):
    recording = make_recording(mercy, priority="urgent", report=False)
    for subject in ("", "again"):
        make_stage_run(recording, "draft", subject=subject)
        drain.work(leases.claim(StageRun, LIVE))
    with inside(mercy):
        report = Report.objects.get()
    assert (report.status, report.draft_text, report.draft_revision) == ("draft", "", 1)
    assert (report.priority_rank, report.waiting_since) == (1, recording.received_at)
    assert codes_of(mercy) == ["reports.report.drafted"]


def test_a_report_begun_is_not_emptied_by_a_second_run(mercy, reader, recording):
    with inside(mercy):
        write(report_of(recording), reader, "Begun.")
    make_stage_run(recording, "draft")
    drain.work(leases.claim(StageRun, LIVE))
    assert report_of(recording).draft_text == "Begun."
