"""Words about a draft that somebody changed meanwhile, and the revision a page was drawn with."""

from __future__ import annotations

from django.utils import timezone

from apps.reports.models import Report, Signature
from apps.web.guard import OrganizationRequest
from apps.web.times import day_and_clock, zone_of

LONGEST_TEXT = 20_000


def revision_in(request: OrganizationRequest) -> int:
    """The revision the page was drawn with; 0, which no report has, where it is missing."""
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def what_changed(report: Report, revision: int) -> str:
    if report.draft_revision == revision and report.status in Report.OPEN:
        return "Results or patient data arrived while you read it: they are shown below."
    return f"Changed while you read it: {changed_by(report)}."


def changed_by(report: Report) -> str:
    """Version 4 by Dr Shah, 14:10: or the revision of the draft, while it is not signed."""
    zone, now = zone_of(report.recording), timezone.now()
    if report.status not in Report.OPEN and report.version_count:
        by = Signature.objects.get(version__report=report, version__number=report.version_count)
        at = day_and_clock(by.signed_at, zone, now)
        return f"version {report.version_count} by {by.printed_name}, {at}"
    who = str(report.draft_saved_by) if report.draft_saved_by else "the platform"
    when = report.draft_saved_at
    at = f", {day_and_clock(when, zone, now)}" if when else ""
    return f"revision {report.draft_revision} by {who}{at}"
