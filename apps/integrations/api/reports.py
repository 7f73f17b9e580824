"""Reports: where one stands, what was signed, the PDF as it was signed."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit import actions as audit
from apps.integrations.api import serializers
from apps.integrations.api.base import Operations
from apps.integrations.api.problems import Problem
from apps.integrations.api.queries import get_report_to_read, get_version_to_read
from apps.reports.actions import signed_pdf
from apps.tenants.model_api import Scope


class OneReport(Operations):
    scopes = {"GET": Scope.REPORTS_READ}

    @extend_schema(
        operation_id="readReport",
        summary="Read a report's status and its signed versions",
        responses=serializers.ReportDetail,
    )
    def get(self, request: Request, report_id: uuid.UUID) -> Response:
        found = get_report_to_read(self.caller, report_id)
        audit.record("reports.report.viewed", found, actor=self.caller.client)
        return Response(serializers.ReportDetail(found).data)


class ReportPdf(Operations):
    scopes = {"GET": Scope.REPORTS_READ}

    @extend_schema(
        operation_id="readReportPdf",
        summary="Read a signed version as PDF, byte for byte as it was signed",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, report_id: uuid.UUID, version_id: uuid.UUID) -> HttpResponse:
        found = get_version_to_read(self.caller, report_id, version_id)
        try:
            body = signed_pdf(found)
        except FileNotFoundError:
            raise Problem("not-genuine") from None
        audit.record(
            "reports.report.downloaded",
            found.report,
            actor=self.caller.client,
            version=found.number,
        )
        name = f"ecg-report-{str(report_id)[:8]}-v{found.number}.pdf"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(body, content_type="application/pdf", headers=headers)
