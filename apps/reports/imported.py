"""What an import says of the reports it took in, so that their events tell them from here on."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from apps.audit import actions as audit
from apps.audit.chain import text_mac
from apps.audit.models import AuditEvent
from apps.core.scope import organization_scope
from apps.reports.models import Report, ReportVersion, Signature
from apps.reports.state import state_of

AT_ONCE = 100
VERSION, REPORT = "reports.version.imported", "reports.report.imported"


def record_imported_reports(organization_id: int) -> int:
    """Events for every report that has none yet; how many reports. Call with no scope open."""
    last, done = 0, 0
    while True:
        with organization_scope(organization_id), transaction.atomic():
            reports = list(Report.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE])
            if not reports:
                return done
            told = _told(reports)
            for report in reports:
                if str(report.public_id) not in told:
                    _record(report)
                    done += 1
        last = reports[-1].pk


def _told(reports: list[Report]) -> set[str]:
    names = [str(report.public_id) for report in reports]
    found = AuditEvent.objects.filter(
        object_type="reports.report", object_id__in=names, code=REPORT
    )
    return set(found.values_list("object_id", flat=True))


def _record(report: Report) -> None:
    """The signed versions in their order, then the report as it stands."""
    for version in ReportVersion.objects.filter(report=report).order_by("number"):
        _record_version(report, version, Signature.objects.get(version=version))
    reason = text_mac(report.amendment_reason)
    audit.record(REPORT, report, reason_mac=reason, **state_of(report))


def _record_version(report: Report, version: ReportVersion, signature: Signature) -> None:
    audit.record(
        VERSION,
        report,
        status=str(report.status),
        kind=str(version.kind),
        version=version.number,
        version_id=str(version.public_id),
        sha256=version.content_sha256,
        pdf_sha256=version.pdf_sha256,
        text_mac=text_mac(version.interpretation),
        reason_mac=text_mac(version.amendment_reason),
        signed_at=signature.signed_at.astimezone(dt.UTC).isoformat(),
        method=str(signature.method),
        signer=signature.signer_id,
    )
