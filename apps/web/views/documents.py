from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from apps.audit import actions as audit
from apps.reports import queries
from apps.reports.actions import preview_pdf, signed_pdf
from apps.web.guard import OrganizationRequest, in_organization


@require_safe
@in_organization
def preview(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """What would be signed now."""
    found = queries.get_report_to_view(request.active, report_id)
    body = preview_pdf(found)
    audit.record(
        "reports.report.previewed", found, actor=request.user, revision=found.draft_revision
    )
    return _pdf(body, f"ecg-preview-{short(found.public_id)}.pdf")


@require_safe
@in_organization
def report(request: OrganizationRequest, version_id: uuid.UUID) -> HttpResponse:
    """A signed version, byte for byte as it was signed."""
    found = queries.get_version_to_read(request.active, version_id)
    body = signed_pdf(found)
    audit.record(
        "reports.report.downloaded", found.report, actor=request.user, version=found.number
    )
    name = f"ecg-report-{short(found.report.public_id)}-v{found.number}.pdf"
    return _pdf(body, name)


def short(name: uuid.UUID) -> str:
    return str(name)[:8]


def _pdf(body: bytes, name: str) -> HttpResponse:
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return HttpResponse(body, content_type="application/pdf", headers=headers)
