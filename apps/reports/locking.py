"""Locking what is signed, and unlocking it, which changes nothing but lets an amendment begin.

A report locks at once, after the organization's hours, or when the EHR acknowledges its newest
version. Signed or locked, nothing of it changes in place; the lock is what an amendment needs to
be unlocked from first.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.audit import actions as audit
from apps.audit.chain import text_mac
from apps.reports.lifecycle import allows, status_after
from apps.reports.models import ReadingPolicy, Report, ReportVersion
from apps.reports.state import state_of
from apps.tenants.access import Active
from apps.tenants.models import User
from apps.tenants.queries import permit

USUAL_HOURS = 24
LOCK_HOURS = range(721)
# What was unlocked stays so for this long, also where reports lock at once.
UNLOCKED_FOR = dt.timedelta(hours=1)
AT_ONCE = 200
LONGEST_REASON = 400
AT_SIGNING, AFTER_HOURS, ACKNOWLEDGED = "at-signing", "after-hours", "acknowledged"


class NotLocked(Exception):
    """Only a locked report is unlocked, and only with a reason."""


def lock_rules() -> tuple[int, bool]:
    """Hours until a report locks, and whether an acknowledgement locks it before that."""
    names = ("lock_hours", "locks_when_acknowledged")
    return ReadingPolicy.objects.values_list(*names).first() or (USUAL_HOURS, True)


@transaction.atomic
def set_lock_rules(active: Active, hours: int, when_acknowledged: bool, admin: User) -> None:
    """Raises ValueError for hours out of range. They hold for what is signed already, too."""
    permit(active, "change_reading")
    if hours not in LOCK_HOURS:
        raise ValueError("out of range")
    row, _ = ReadingPolicy.objects.update_or_create(
        organization_id=active.organization_id,
        defaults={"lock_hours": hours, "locks_when_acknowledged": when_acknowledged},
    )
    kinds = [AFTER_HOURS, *([ACKNOWLEDGED] if when_acknowledged else [])]
    audit.record("reports.policy.changed", row, actor=admin, kind=", ".join(kinds), count=hours)


def lock_at_once(report: Report, now: dt.datetime) -> None:
    """Where the organization locks at signing. Call with the report's row locked."""
    if lock_rules()[0] == 0:
        _lock(report, AT_SIGNING)


@transaction.atomic
def lock_acknowledged(version: ReportVersion) -> None:
    """The EHR has it: the report locks, if this is its newest version and the rules say so."""
    if not lock_rules()[1]:
        return
    report = Report.objects.select_for_update(no_key=True).get(pk=version.report_id)
    if report.version_count == version.number and not report.unlocked_at:
        _lock(report, ACKNOWLEDGED)


def lock_what_is_due() -> int:
    """Lock those of the organization whose hours have passed; how many. Call inside its scope."""
    now, hours = timezone.now(), dt.timedelta(hours=lock_rules()[0])
    # Empty where it was signed before reports locked.
    settled = Q(settled_at__lte=now - hours) | Q(settled_at=None)
    not_unlocked = Q(unlocked_at=None) | Q(unlocked_at__lte=now - max(hours, UNLOCKED_FOR))
    rows = Report.objects.select_for_update(no_key=True, skip_locked=True)
    due = rows.filter(settled, not_unlocked, status__in=Report.CLOSED).order_by("settled_at")
    found = list(due[:AT_ONCE])
    for report in found:
        _lock(report, AFTER_HOURS)
    return len(found)


def _lock(report: Report, kind: str) -> None:
    if not allows(report, "lock"):
        return
    report.status = Report.Status.LOCKED
    report.save(update_fields=["status"])
    audit.record("reports.report.locked", report, kind=kind, **state_of(report))


@transaction.atomic
def unlock_report(report: Report, *, by: User, reason: str, now: dt.datetime) -> Report:
    """Back to how it was signed, for a reader to begin an amendment; then it locks again.

    Raises NotLocked.
    """
    report = Report.objects.select_for_update(no_key=True).get(pk=report.pk)
    reason = " ".join(reason.split())
    if not allows(report, "unlock") or not reason:
        raise NotLocked
    newest = ReportVersion.objects.get(report=report, number=report.version_count)
    report.status = status_after(newest.kind, newest.number)
    report.unlocked_at, report.unlock_reason = now, reason[:LONGEST_REASON]
    report.save(update_fields=["status", "unlocked_at", "unlock_reason"])
    mac = text_mac(report.unlock_reason)
    audit.record("reports.report.unlocked", report, actor=by, reason_mac=mac, **state_of(report))
    return report
