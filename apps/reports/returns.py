"""A recording that cannot be read goes back to the technician, who repeats it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from apps.audit import actions as audit
from apps.audit.chain import text_mac
from apps.reports.lifecycle import allows
from apps.reports.models import Report
from apps.reports.state import state_of
from apps.tenants.access import Active
from apps.tenants.models import User
from apps.tenants.queries import permit

LONGEST_REASON = 400
LISTED = 50
WEEK = dt.timedelta(days=7)


class NotReturnable(Exception):
    """Only what nobody signed goes back, and only for a reason."""


@transaction.atomic
def return_report(report: Report, *, reader: User, reason: str) -> Report:
    """Take it off the worklist; its draft stays as it is. Raises NotReturnable."""
    report = Report.objects.select_for_update(no_key=True).get(pk=report.pk)
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not allows(report, "return") or not reason:
        raise NotReturnable
    report.status, report.return_reason = Report.Status.INADEQUATE, reason
    report.assigned_to = report.reading_by = report.reading_beat_at = None
    report.save()
    mac = text_mac(reason)
    audit.record(
        "reports.report.returned", report, actor=reader, reason_mac=mac, **state_of(report)
    )
    return report


@transaction.atomic
def reopen_report(report: Report, *, person: User) -> Report:
    """Put it on the worklist again, where it was. Raises NotReturnable."""
    report = Report.objects.select_for_update(no_key=True).get(pk=report.pk)
    if not allows(report, "reopen"):
        raise NotReturnable
    report.status, report.return_reason = Report.Status.DRAFT, ""
    report.save(update_fields=["status", "return_reason"])
    audit.record("reports.report.reopened", report, actor=person, **state_of(report))
    return report


def to_repeat(active: Active, now: dt.datetime) -> list[Report]:
    """Of the last week, newest first: what technicians have before them."""
    permit(active, "view_recordings")
    related = ("recording__patient", "recording__site", "recording__organization")
    return list(returned(now - WEEK).select_related(*related).order_by("-id")[:LISTED])


def returned(since: dt.datetime) -> QuerySet[Report]:
    return Report.objects.filter(status=Report.Status.INADEQUATE, waiting_since__gte=since)
