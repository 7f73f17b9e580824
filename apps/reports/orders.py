"""What an order does to reports, and what reports do to an order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from apps.ecg.models import Priority, Recording
from apps.ecg.stages import advance
from apps.ingestion.models import OrderCase, OrderLink
from apps.ingestion.orders import cases
from apps.ingestion.orders.cases import Verdict
from apps.ingestion.orders.links import complete, current_link, unlink
from apps.reports.models import Report, ReportVersion
from apps.tenants.models import User

# What names a link among the subjects of a stage.
LINK = "order"


def follow(recordings: Iterable[Recording]) -> None:
    """Unread reports are as urgent as their ECGs; an order that comes after signing is complete."""
    for report in Report.objects.filter(recording__in=list(recordings)).select_related("recording"):
        rank = Priority(report.recording.priority).rank
        if report.status in Report.OPEN and report.priority_rank > rank:
            report.priority_rank = rank
            report.save(update_fields=["priority_rank"])
        elif report.status in Report.FINAL:
            complete(report.recording, by=None, now=timezone.now())
            _tell(report)


def _tell(report: Report) -> None:
    """Who has the result gets it once more, under the order that came after it was signed."""
    row = current_link(report.recording)
    if row is not None and is_after(row, report):
        advance(report.recording, done="link", subject=f"{LINK}:{row.public_id}")


def is_after(row: OrderLink, report: Report) -> bool:
    """Whether what is signed cannot know of the order yet."""
    return report.settled_at is not None and row.made_at > report.settled_at


def version_to_link(public_id: str) -> tuple[ReportVersion, OrderLink] | None:
    """What stands signed, and the order it answers; None once a newer version says so itself."""
    rows = OrderLink.objects.select_related("order", "recording")
    row = rows.filter(public_id=public_id, ended_at=None).first()
    if row is None:
        return None
    report = Report.objects.filter(recording=row.recording, status__in=Report.FINAL).first()
    if report is None or not is_after(row, report):
        return None
    versions = ReportVersion.objects.select_related("report__recording", "report__organization")
    return versions.get(report=report, number=report.version_count), row


@transaction.atomic
def decide_order_case(
    case: OrderCase, verdict: Verdict, *, by: User, now: dt.datetime
) -> OrderCase:
    """Nobody can sign until it is decided. Raises NotDecidable, after signing for most of all."""
    held = Report.objects.select_for_update(no_key=True).filter(recording=case.recording_id)
    retracted = Report.Status.ENTERED_IN_ERROR
    signed = any(row.version_count and row.status != retracted for row in held)
    return cases.decide(case, verdict, by=by, now=now, may_move=not signed)


def take_off_order(recording: Recording, *, by: User) -> None:
    """Its report was retracted: the order waits for the ECG that is of its patient."""
    row = current_link(recording)
    if row is not None:
        row.recording = recording
        unlink(row, by=by, reason="The report was retracted: wrong patient.")
