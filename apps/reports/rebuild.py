"""A report as its events tell it, at any moment, beside what is stored of it."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from apps.audit.models import AuditEvent
from apps.audit.proof import Proof
from apps.core.scope import organization_scope
from apps.reports.models import Report, ReportVersion, Signature
from apps.reports.snapshot import digest
from apps.reports.state import ReportState, VersionState, differences, stored_state

AT_ONCE = 500
OBJECT = "reports.report"
DRAFTED = "reports.report.drafted"
SIGNED = {
    "reports.report.signed",
    "reports.report.amended",
    "reports.report.addended",
    "reports.report.retracted",
    "reports.version.imported",
}
EDITED = "reports.report.edited"
IMPORTED = "reports.report.imported"
RETURNED = {"reports.report.returned", "reports.report.reopened"}
LOCKED = {"reports.report.locked", "reports.report.unlocked"}
STATES = SIGNED | RETURNED | LOCKED | {DRAFTED, EDITED, IMPORTED, "reports.report.amending"}
# What events of an earlier form leave to their code.
STATUS = {
    DRAFTED: Report.Status.DRAFT,
    "reports.report.signed": Report.Status.SIGNED,
    "reports.report.amending": Report.Status.AMENDING,
    "reports.report.amended": Report.Status.AMENDED,
}


def rebuild(report: Report, at: dt.datetime) -> ReportState | None:
    """The report at that moment, from events alone; None where it was not there yet."""
    return told_by(_events([str(report.public_id)]).filter(occurred_at__lte=at))


def stored_at(report: Report, at: dt.datetime) -> tuple[VersionState, ...]:
    """The signed versions that were there at that moment."""
    versions = [row for row in _versions([report])[report.pk] if row.created_at <= at]
    return stored_state(report, versions).versions


def verify_reports(organization_id: int) -> Proof:
    """Every report of an organization: as stored now, and as its events tell it."""
    with organization_scope(organization_id), transaction.atomic():
        looked_at = 0
        for reports in _chunks():
            for report, fault, seq in _faults(reports):
                return Proof(looked_at, f"report {report.public_id} {fault}", seq)
            looked_at += len(reports)
        gone = _gone()
        if gone:
            return Proof(looked_at, f"report {gone.object_id} is missing", gone.seq)
        return Proof(looked_at)


def _chunks() -> Iterator[list[Report]]:
    last = 0
    while rows := list(Report.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield rows
        last = rows[-1].pk


def _faults(reports: list[Report]) -> Iterator[tuple[Report, str, int]]:
    versions = _versions(reports)
    events: dict[str, list[AuditEvent]] = defaultdict(list)
    for event in _events([str(report.public_id) for report in reports]):
        events[event.object_id].append(event)
    for report in reports:
        own = events[str(report.public_id)]
        for fault in _faults_of(report, versions[report.pk], told_by(own)):
            yield report, fault, own[-1].seq if own else 0


def _faults_of(
    report: Report, versions: list[ReportVersion], told: ReportState | None
) -> Iterator[str]:
    if told is None:
        yield "has no event"
        return
    for version in versions:
        yield from _faults_inside(version)
    if all(version.signatures.all() for version in versions):
        yield from differences(told, stored_state(report, versions))


def _faults_inside(version: ReportVersion) -> Iterator[str]:
    """A version against its own hash, and its signature against the signed content."""
    signatures: list[Signature] = list(version.signatures.all())
    content = json.loads(version.content)
    if not signatures:
        yield f"version {version.number}: the signature is missing"
    elif signatures[0].content_sha256 != version.content_sha256:
        yield f"version {version.number}: the signature is of another content"
    elif signatures[0].printed_name != content["signed"]["printed_name"]:
        yield f"version {version.number}: printed_name is not what was signed"
    if content.get("form_sha256", "") != version.form_sha256:
        yield f"version {version.number}: form_sha256 is not what was signed"
    if digest(content) != version.content_sha256:
        yield f"version {version.number}: content is not what was signed"
    said = content.get("addenda") or [{"text": ""}]
    if version.addendum and version.addendum != said[-1]["text"]:
        yield f"version {version.number}: addendum is not what was signed"


def _versions(reports: list[Report]) -> dict[int, list[ReportVersion]]:
    found: dict[int, list[ReportVersion]] = defaultdict(list)
    rows = ReportVersion.objects.filter(report__in=reports).order_by("number")
    signatures = Prefetch("signatures", Signature.objects.order_by("id"))
    for row in rows.prefetch_related(signatures):
        found[row.report_id].append(row)
    return found


def _events(names: list[str]) -> QuerySet[AuditEvent]:
    rows = AuditEvent.objects.filter(object_type=OBJECT, object_id__in=names, code__in=STATES)
    return rows.order_by("seq")


def told_by(events: Iterable[AuditEvent]) -> ReportState | None:
    """The state after events of one report, in their order."""
    state: ReportState | None = None
    for event in events:
        state = _after(state, event)
    return state


def _after(state: ReportState | None, event: AuditEvent) -> ReportState:
    said = json.loads(event.details)
    before = state or ReportState(status=Report.Status.DRAFT.value)
    signed = event.code in SIGNED
    status = said.get("status") or STATUS.get(event.code, before.status)
    return replace(
        before,
        status=str(status),
        revision=said.get("revision"),
        text_mac=said.get("text_mac"),
        reason_mac=_reason(before, event, said),
        version_count=said.get("version"),
        versions=(*before.versions, _signed(event, said)) if signed else before.versions,
    )


def _reason(before: ReportState, event: AuditEvent, said: dict[str, Any]) -> str | None:
    """That of an amendment under way: begun, kept while the text is written, gone once signed."""
    if event.code in ("reports.report.amending", IMPORTED):
        return said.get("reason_mac")
    return before.reason_mac if event.code == EDITED else ""


def _signed(event: AuditEvent, said: dict[str, Any]) -> VersionState:
    return VersionState(
        number=said["version"],
        content_sha256=said["sha256"],
        # An import tells whose signature it took in; every other event is the signer's own.
        signer_id=said.get("signer") or event.actor_id or 0,
        **{name: said.get(name) for name in TOLD_BY_NAME},
    )


TOLD_BY_NAME = (
    *("version_id", "pdf_sha256", "text_mac", "reason_mac", "signed_at", "method"),
    "kind",
)


def _gone() -> AuditEvent | None:
    """The first event that began a report which is not there."""
    drafted = AuditEvent.objects.filter(code__in=(DRAFTED, IMPORTED)).order_by("seq")
    waiting: list[AuditEvent] = []
    for event in drafted.iterator(chunk_size=2000):
        waiting.append(event)
        if len(waiting) == AT_ONCE:
            if found := _first_gone(waiting):
                return found
            waiting = []
    return _first_gone(waiting)


def _first_gone(events: list[AuditEvent]) -> AuditEvent | None:
    names = [event.object_id for event in events]
    there = {
        str(name)
        for name in Report.objects.filter(public_id__in=names).values_list("public_id", flat=True)
    }
    return next((event for event in events if event.object_id not in there), None)
