"""How a report stood at a moment: as its events tell it, beside what is stored of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from apps.reports.models import Report
from apps.reports.rebuild import rebuild, stored_at
from apps.reports.state import ReportState, differences


@dataclass(frozen=True, slots=True)
class Standing:
    """`faults` say in words what is stored otherwise than it was signed; none as a rule."""

    at: dt.datetime
    status: str
    version: int
    revision: int | None
    faults: list[str]


def standing_at(report: Report, at: dt.datetime) -> Standing | None:
    """None before its first event. No text and no patient."""
    told = rebuild(report, at)
    if told is None:
        return None
    signed = ReportState(status=told.status, versions=told.versions)
    kept = ReportState(status=told.status, versions=stored_at(report, at))
    return Standing(
        at=at,
        status=str(Report.Status(told.status).label),
        version=told.version_count or len(told.versions),
        revision=told.revision,
        faults=list(differences(signed, kept)),
    )
