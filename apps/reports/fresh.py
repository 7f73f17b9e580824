"""A report that nobody has read yet: for a new recording, or one whose report was retracted."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.core.compiled import Compiled
from apps.core.insert import insert_unless_there
from apps.ecg.models import Priority, Recording
from apps.reports.models import Report


def open_report(recording: Recording) -> Report | None:
    """None where one is there that was not retracted. Its text is empty."""
    report = Report(
        organization_id=recording.organization_id,
        recording=recording,
        priority_rank=Priority(recording.priority).rank,
        waiting_since=recording.received_at,
    )
    return report if insert_unless_there(report) else None


@Compiled
def _retracted(*, recording: int) -> QuerySet[Any, Any]:
    rows = Report.objects.filter(recording=recording, status=Report.Status.ENTERED_IN_ERROR)
    return rows.values_list("pk")[:1]


def is_retracted(recording: Recording) -> bool:
    """Whether it has a report that was retracted: then a person says whose it is first."""
    return bool(_retracted(recording=recording.pk))
