"""What an order does to reports, and what reports do to an order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from apps.ecg.models import Priority, Recording
from apps.ingestion.models import OrderCase
from apps.ingestion.orders import cases
from apps.ingestion.orders.cases import Verdict
from apps.ingestion.orders.links import complete, current_link, unlink
from apps.reports.models import Report
from apps.tenants.models import User


def follow(recordings: Iterable[Recording]) -> None:
    """Unread reports are as urgent as their ECGs; an order that comes after signing is complete."""
    for report in Report.objects.filter(recording__in=list(recordings)).select_related("recording"):
        rank = Priority(report.recording.priority).rank
        if report.status in Report.OPEN and report.priority_rank > rank:
            report.priority_rank = rank
            report.save(update_fields=["priority_rank"])
        elif report.status in Report.FINAL:
            complete(report.recording, by=None, now=timezone.now())


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
