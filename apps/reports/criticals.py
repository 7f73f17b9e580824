"""Critical results: raised once, counted when found again, open until a person says who was told.

No critical result never means a normal ECG. Codes are `rule.…` for the platform's, `library.…`
for a statement that a reader signed, `ai.…` for an algorithm's, `person.…` for what somebody raised
by hand.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.http import Http404
from django.utils import timezone

from apps.audit import actions as audit
from apps.audit.alarms import Finding as AlarmFinding
from apps.core.compiled import Compiled
from apps.ecg.age import age_at
from apps.ecg.model_recording import Source
from apps.ecg.models import Finding, Measurement, Priority, Recording
from apps.reports.escalation import first_step_at
from apps.reports.library import coded_findings
from apps.reports.models import CriticalResult, Report
from apps.reports.reading_first import critical_minutes
from apps.tenants.access import Active
from apps.tenants.models import User
from apps.tenants.queries import permit

LONGEST = 150
LISTED = 100
PERSON = "person"
# Platform statements that are critical in themselves, and limits of the platform's numbers.
STATEMENTS = {"qtc_critical"}
SLOWEST_BPM, FASTEST_BPM = 40, 150
ADULT_YEARS = 18
# Before every priority there is.
FIRST = -1
HOW = {"telephone": "By telephone", "in_person": "In person", "page": "By pager or message"}


class NothingSaid(Exception):
    """What is critical, who was told or how is missing."""


class Acknowledged(Exception):
    """Somebody acknowledged it already."""


@transaction.atomic
def raise_critical(
    report: Report, code: str, text: str, *, now: dt.datetime, by: User | None = None
) -> CriticalResult:
    """Once a report and code: what is there already is counted, and stays as it was raised."""
    text = " ".join(text.split())[:LONGEST]
    if not text:
        raise NothingSaid
    found, is_new = CriticalResult.objects.get_or_create(
        report=report,
        code=code,
        defaults={
            "organization_id": report.organization_id,
            "text": text,
            "raised_at": now,
            "raised_by": by,
            "next_step_at": first_step_at(now),
        },
    )
    # What is critical is read first.
    Report.objects.filter(pk=report.pk).update(priority_rank=FIRST)
    if not is_new:
        CriticalResult.objects.filter(pk=found.pk).update(times=F("times") + 1)
        found.refresh_from_db(fields=["times"])
    audit.record(
        "reports.critical.raised" if is_new else "reports.critical.repeated",
        found,
        actor=by,
        code=code,
    )
    return found


def raise_by_rules(report: Report, now: dt.datetime) -> list[CriticalResult]:
    """What the platform itself finds critical in statements and numbers of the recording."""
    return [
        raise_critical(report, f"rule.{code}", text, now=now)
        for code, text in _by_rules(report.recording)
    ]


@Compiled
def _critical_statements(*, recording: int) -> QuerySet[Any, Any]:
    rows = Finding.objects.filter(recording=recording, source=Source.PLATFORM, code__in=STATEMENTS)
    return rows.values_list("code", "text")


@Compiled
def _heart_rates(*, recording: int) -> QuerySet[Any, Any]:
    rows = Measurement.objects.filter(recording=recording, source=Source.PLATFORM, lead="")
    return rows.filter(name="heart_rate_bpm").order_by("id").values_list("value", flat=True)


def _by_rules(recording: Recording) -> Iterator[tuple[str, str]]:
    yield from _critical_statements(recording=recording.pk)
    age = age_at(recording)
    if age is not None and age < ADULT_YEARS:
        # What is fast or slow in a child depends on the age in months.
        return
    rate = next(iter(_heart_rates(recording=recording.pk)), None)
    if rate is not None and rate < SLOWEST_BPM:
        yield "slow", f"Heart rate {rate:.0f} /min, below {SLOWEST_BPM}"
    if rate is not None and rate > FASTEST_BPM:
        yield "fast", f"Heart rate {rate:.0f} /min, above {FASTEST_BPM}"


def raise_by_text(
    report: Report, interpretation: str, reader: User, now: dt.datetime
) -> list[CriticalResult]:
    """What a reader signs in statements of the library that are critical."""
    critical = (row for row in coded_findings(interpretation) if row.severity == "critical")
    return [
        raise_critical(report, f"library.{row.code}"[:40], row.text, now=now, by=reader)
        for row in critical
    ]


def raise_by_hand(report: Report, text: str, by: User, now: dt.datetime) -> CriticalResult:
    """What a person finds critical; the same words again are counted."""
    words = " ".join(text.split()).casefold()
    code = f"{PERSON}.{hashlib.sha256(words.encode()).hexdigest()[:16]}"
    return raise_critical(report, code, text, now=now, by=by)


def get_result_to_acknowledge(active: Active, public_id: uuid.UUID) -> CriticalResult:
    permit(active, "acknowledge_critical")
    found = CriticalResult.objects.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


@transaction.atomic
def acknowledge(
    result: CriticalResult, *, by: User, told_whom: str, told_how: str, now: dt.datetime
) -> CriticalResult:
    """Stop the clock. Raises NothingSaid without who and how, Acknowledged the second time."""
    told_whom = " ".join(told_whom.split())[:LONGEST]
    if not told_whom or told_how not in HOW:
        raise NothingSaid
    result = CriticalResult.objects.select_for_update(no_key=True).get(pk=result.pk)
    if result.acknowledged_at is not None:
        raise Acknowledged
    result.acknowledged_at, result.acknowledged_by = now, by
    result.told_whom, result.told_how = told_whom, told_how
    result.save(update_fields=["acknowledged_at", "acknowledged_by", "told_whom", "told_how"])
    _as_urgent_as_before(result)
    audit.record("reports.critical.acknowledged", result, actor=by, kind=told_how)
    return result


def _as_urgent_as_before(result: CriticalResult) -> None:
    """Once nothing of the report is open it stands where its own priority puts it."""
    if not open_results().filter(report=result.report_id).exists():
        report = Report.objects.select_related("recording").get(pk=result.report_id)
        report.priority_rank = Priority(report.recording.priority).rank
        report.save(update_fields=["priority_rank"])


def open_results() -> QuerySet[CriticalResult]:
    """Oldest first."""
    return CriticalResult.objects.filter(acknowledged_at=None).order_by("raised_at", "id")


def listed(active: Active, *, acknowledged: bool) -> list[CriticalResult]:
    permit(active, "view_recordings")
    rows = open_results()
    if acknowledged:
        rows = CriticalResult.objects.exclude(acknowledged_at=None).order_by("-acknowledged_at")
    people = ("raised_by", "acknowledged_by", "report__recording__patient")
    sites = ("report__recording__site", "report__recording__organization")
    found = rows.select_related(*people, *sites).prefetch_related("escalations__step__person")
    return list(found.prefetch_related("escalations__step__on_call_list")[:LISTED])


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds to acknowledgement of the newest `count`; None where there is none."""

    count: int
    median_s: int | None
    p90_s: int | None


def times() -> Times:
    """Nearest rank, of the last hundred acknowledged; the platform's own canaries left out."""
    done = CriticalResult.objects.exclude(acknowledged_at=None)
    rows = done.filter(report__recording__is_canary=False).order_by("-acknowledged_at")
    pairs = rows.values_list("raised_at", "acknowledged_at")[:LISTED]
    took = sorted(int((ended - begun).total_seconds()) for begun, ended in pairs if ended)
    return Times(len(took), _rank(took, 50), _rank(took, 90))


def _rank(values: list[int], percent: int) -> int | None:
    if not values:
        return None
    return values[max(0, -(-len(values) * percent // 100) - 1)]


def overdue() -> Iterator[AlarmFinding]:
    """For the alarm channels: what stands open for longer than the organization allows."""
    limit = dt.timedelta(minutes=critical_minutes())
    for result in open_results().filter(raised_at__lt=timezone.now() - limit):
        yield AlarmFinding("critical.unacknowledged", str(result.public_id))
