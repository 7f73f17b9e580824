"""Reports, their signed versions and signatures: to be read, never to be changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse

from apps.audit.admin_base import PlatformModelAdmin
from apps.audit.history import Entry, history_of
from apps.reports.admin_escalation import (
    AlgorithmAlertAdmin,
    EscalationNoticeAdmin,
    EscalationStepAdmin,
    OwnStatementAdmin,
)
from apps.reports.models import Report, ReportVersion, Retraction, Signature

__all__ = [
    "AlgorithmAlertAdmin",
    "EscalationNoticeAdmin",
    "EscalationStepAdmin",
    "OwnStatementAdmin",
    "ReportAdmin",
    "ReportVersionAdmin",
    "SignatureAdmin",
]

TEXTS = ("content", "interpretation", "addendum")


@admin.register(Report)
class ReportAdmin(PlatformModelAdmin):
    viewing = "view_report_history"
    about = "Where each reading stands, who signed which version, and everything that happened."
    when_empty = "No reports yet. Each measured recording gets a draft."
    change_form_template = "admin/report.html"
    hidden = ("draft_text", "unlock_reason")
    list_display = ("public_id", "waiting_since", "recording", "status", "version_count")
    list_filter = ("status",)
    list_select_related = ("recording", "draft_saved_by")
    search = ("public_id", "recording__public_id")
    search_help_text = "The public id of a report or a recording."
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        return super().get_queryset(request).defer("draft_text")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        report = self.get_object(request, object_id)
        context = {} if report is None else self._versions(report)
        return super().change_view(request, object_id, form_url, context)

    def history(self, row: Any) -> list[Entry]:
        return history_of([row, *row.versions.defer(*TEXTS)])

    def _versions(self, report: Report) -> dict[str, Any]:
        signatures = Prefetch("signatures", Signature.objects.select_related("signer"))
        versions = report.versions.defer(*TEXTS).prefetch_related(signatures).order_by("number")
        return {"versions": list(versions), "entries": self.history(report)}


@admin.register(ReportVersion)
class ReportVersionAdmin(PlatformModelAdmin):
    title = "Signed versions"
    viewing = "view_report_history"
    about = "Signed versions. Each is written once and superseded by the next."
    when_empty = "Nothing is signed yet."
    hidden = TEXTS
    list_display = ("public_id", "created_at", "report", "number", "kind", "content_sha256")
    list_filter = ("kind",)
    list_select_related = ("report",)
    search = ("public_id", "report__public_id", "content_sha256", "pdf_sha256")
    search_help_text = "The public id of a version or a report, or a SHA-256."
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReportVersion]:
        return super().get_queryset(request).defer(*TEXTS)


@admin.register(Retraction)
class RetractionAdmin(PlatformModelAdmin):
    viewing = "view_report_history"
    about = "Reports of the wrong patient: who asked to retract them, and who decided."
    when_empty = "No report was retracted, or asked to be."
    hidden = ("reason", "patient")
    list_display = ("public_id", "asked_at", "report", "asked_by", "approved_by", "refused_by")
    list_select_related = ("report", "asked_by", "approved_by", "refused_by")
    search = ("public_id", "report__public_id")
    search_help_text = "The public id of a retraction or a report."
    ordering = ("-id",)


@admin.register(Signature)
class SignatureAdmin(PlatformModelAdmin):
    viewing = "view_report_history"
    about = "Who signed which bytes, when, and what the signature means."
    when_empty = "Nothing is signed yet."
    list_display = ("public_id", "signed_at", "printed_name", "meaning", "version")
    list_filter = ("meaning",)
    list_select_related = ("version", "signer")
    search = ("public_id", "version__public_id", "signer__email*", "content_sha256")
    search_help_text = "A public id, the signer's e-mail address, or a SHA-256."
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Signature]:
        return super().get_queryset(request).defer(*[f"version__{name}" for name in TEXTS])
