"""One reader at a time: holding, taking over, taking from the list; no text is lost."""

import datetime as dt

import pytest
from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.reports import presence
from apps.reports.models import KeptDraft, Report
from tests.factories import inside, make_user
from tests.reports.signing import report_of, write


@pytest.fixture
def colleague(mercy):
    return make_user(mercy, "reader")


def test_a_report_is_held_until_90_seconds_after_the_last_beat(recording, reader, colleague):
    report, now = report_of(recording), timezone.now()
    with inside(recording.organization):
        assert presence.hold(report, reader, now) is None
        later = now + dt.timedelta(seconds=89)
        assert presence.hold(report, colleague, later).by == reader
        assert presence.hold(report, colleague, now + dt.timedelta(seconds=91)) is None
        assert presence.hold(report, reader, now + dt.timedelta(seconds=92)).by == colleague


def test_taking_over_keeps_the_other_readers_saved_text(recording, reader, colleague):
    report, now = report_of(recording), timezone.now()
    with inside(recording.organization):
        presence.hold(report, reader, now)
        write(report, reader, "Atrial fibrillation.", now)
        presence.take_over(report, colleague, now)
        kept = KeptDraft.objects.get()
        assert (kept.author, kept.text) == (reader, "Atrial fibrillation.")
        stored = Report.objects.get(pk=report.pk)
        assert (stored.reading_by, stored.draft_text) == (colleague, "Atrial fibrillation.")


def test_a_report_is_taken_by_one_and_given_back_by_the_same(recording, reader, colleague):
    report, now = report_of(recording), timezone.now()
    with inside(recording.organization):
        assert presence.take(report, reader, now).assigned_to == reader
        with pytest.raises(presence.Taken):
            presence.take(report, colleague, now)
        with pytest.raises(presence.Taken):
            presence.release(report, colleague)
        assert presence.release(report, reader).assigned_to is None
        assert presence.take(report, colleague, now).assigned_to == colleague


def test_what_somebody_reads_is_not_taken_by_another(recording, reader, colleague):
    report, now = report_of(recording), timezone.now()
    with inside(recording.organization):
        presence.hold(report, reader, now)
        with pytest.raises(presence.Taken):
            presence.take(report, colleague, now)
        presence.let_go(report, reader)
        assert presence.take(report, colleague, now).assigned_to == colleague


def test_the_same_text_is_kept_once_and_nothing_is_not_kept(recording, reader):
    report, now = report_of(recording), timezone.now()
    with inside(recording.organization):
        assert presence.keep_draft(report, "  ", 1, reader, now) is None
        assert presence.keep_draft(report, "Flutter.", 1, reader, now) is not None
        assert presence.keep_draft(report, "Flutter.", 1, reader, now) is None
        assert [row.text for row in presence.kept_drafts_on(report.recording)] == ["Flutter."]
        assert not AuditEvent.objects.filter(details__contains="Flutter").exists()
