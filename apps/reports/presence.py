"""Who reads what: taking work from the list, and one reader at a time on a report.

A report that is opened to be read is held until 90 s after its page last said that it is open.
Nobody's text is lost by any of this: a draft that may not be saved is kept beside the report.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q, QuerySet

from apps.audit import actions as audit
from apps.ecg.models import Recording
from apps.reports.models import KeptDraft, Report
from apps.tenants.models import User

HOLDS = dt.timedelta(seconds=90)


class Taken(Exception):
    """Somebody else has taken it, or has it open to read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody has it open; `seconds` since their page last said so."""

    by: User
    seconds: int


def reading_of(report: Report, now: dt.datetime) -> Reading | None:
    """Who reads it now; None where nobody does. `reading_by` is read where it is not loaded."""
    beat = report.reading_beat_at
    if report.reading_by_id is None or beat is None or now - beat > HOLDS:
        return None
    return Reading(report.reading_by, max(0, int((now - beat).total_seconds())))


def others_reading(report: Report, reader: User, now: dt.datetime) -> Reading | None:
    """The same of anybody but this reader."""
    found = reading_of(report, now)
    return found if found and found.by.pk != reader.pk else None


def hold(report: Report, reader: User, now: dt.datetime) -> Reading | None:
    """Hold it, or go on holding it: None. Where another holds it, who does; nothing is changed."""
    other = others_reading(report, reader, now)
    if other is not None:
        return other
    free = Q(reading_by=None) | Q(reading_by=reader) | Q(reading_beat_at__lt=now - HOLDS)
    mine = Report.objects.filter(free, pk=report.pk, status__in=Report.OPEN)
    if mine.update(reading_by=reader, reading_beat_at=now):
        return None
    report.refresh_from_db(fields=["reading_by", "reading_beat_at"])
    return others_reading(report, reader, now)


@transaction.atomic
def take_over(report: Report, reader: User, now: dt.datetime) -> None:
    """Read it instead of who does: their saved text stays the draft, and a copy of it is kept.

    What they have not saved yet is kept when their page sends it.
    """
    report = Report.objects.select_for_update(no_key=True).get(pk=report.pk)
    other = others_reading(report, reader, now)
    if other is not None:
        # What is stored was saved by whoever wrote last, which need not be who has it open.
        author = report.draft_saved_by or other.by
        keep_draft(report, report.draft_text, report.draft_revision, author, now)
    report.reading_by, report.reading_beat_at = reader, now
    report.save(update_fields=["reading_by", "reading_beat_at"])
    before = str(other.by.public_id) if other else ""
    audit.record("reports.report.taken_over", report, actor=reader, person=before)


def let_go(report: Report, reader: User) -> None:
    """End this reader's hold, where they have one."""
    Report.objects.filter(pk=report.pk, reading_by=reader).update(
        reading_by=None, reading_beat_at=None
    )


@transaction.atomic
def take(report: Report, reader: User, now: dt.datetime) -> Report:
    """Put it under the reader's name. Raises Taken where it is under another's."""
    report = Report.objects.select_for_update(no_key=True).get(pk=report.pk)
    if report.assigned_to_id not in (None, reader.pk) or others_reading(report, reader, now):
        raise Taken
    if report.assigned_to_id is None:
        report.assigned_to = reader
        report.save(update_fields=["assigned_to"])
        audit.record("reports.report.taken", report, actor=reader)
    return report


@transaction.atomic
def release(report: Report, reader: User) -> Report:
    """Give back what the reader took. Raises Taken where another took it."""
    report = Report.objects.select_for_update(no_key=True).get(pk=report.pk)
    if report.assigned_to_id not in (None, reader.pk):
        raise Taken
    if report.assigned_to_id is not None:
        report.assigned_to = None
        report.save(update_fields=["assigned_to"])
        audit.record("reports.report.released", report, actor=reader)
    return report


def keep_draft(
    report: Report, text: str, revision: int, author: User, now: dt.datetime
) -> KeptDraft | None:
    """Keep a text beside the report; None where it is empty or its author's newest already."""
    drafts = KeptDraft.objects.filter(report=report, purpose=KeptDraft.Purpose.DRAFT)
    newest = drafts.filter(author=author).first()
    if not text.strip() or (newest is not None and newest.text == text):
        return None
    kept = KeptDraft.objects.create(
        organization_id=report.organization_id,
        report=report,
        author=author,
        text=text,
        revision=revision,
        kept_at=now,
    )
    audit.record("reports.draft.kept", report, actor=author, revision=revision)
    return kept


def kept_drafts_on(recording: Recording) -> QuerySet[KeptDraft]:
    """Each author's newest, unless it is what stands in the recording's report; newest first."""
    drafts = KeptDraft.objects.filter(report__recording=recording, purpose=KeptDraft.Purpose.DRAFT)
    newest = drafts.order_by("report", "author", "-id").distinct("report", "author").values("pk")
    rows = KeptDraft.objects.filter(pk__in=newest).exclude(text=F("report__draft_text"))
    return rows.select_related("author")[:10]
