"""A report that nobody has read yet: for a new recording, or one whose report was retracted."""

from __future__ import annotations

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


def is_retracted(recording: Recording) -> bool:
    """Whether it has a report that was retracted: then a person says whose it is first."""
    retracted = Report.Status.ENTERED_IN_ERROR
    return Report.objects.filter(recording=recording, status=retracted).exists()
