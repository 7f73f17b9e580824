"""The audit trail, to be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from apps.audit import actions as audit
from apps.audit.admin_base import ConfigurationAdmin, PlatformModelAdmin, inside
from apps.audit.codes import CODES
from apps.audit.history import details_of, what, who
from apps.audit.models import AuditCount, AuditEvent


class SelectFilter(admin.SimpleListFilter):
    """A list too long for links: chosen from a menu."""

    template = "admin/choose.html"

    def choices(self, changelist: Any) -> Iterator[Any]:
        kept = {k: v for k, v in changelist.params.items() if k != self.parameter_name}
        yield {"kept": kept, "value": self.value()}


class CodeFilter(SelectFilter):
    title = "what happened"
    parameter_name = "code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(CODES.items(), key=lambda item: item[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(code=self.value()) if self.value() else queryset


class ObjectFilter(SelectFilter):
    title = "kind of record"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        shown = [model for model in model_admin.admin_site._registry if model is not AuditEvent]
        return sorted((m._meta.label_lower, m._meta.verbose_name.capitalize()) for m in shown)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(object_type=self.value()) if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(PlatformModelAdmin):
    title = "Audit trail"
    viewing = "view_audit_trail"
    about = "Who did what, when, to which record. Nothing here can be changed."
    when_empty = "No event matches. Remove a filter to widen."
    list_display = ("seq", "occurred_at", "what", "who", "subject", "details_text")
    list_filter = (CodeFilter, ObjectFilter, "occurred_at")
    list_select_related = ("actor", "client")
    search = ("object_id", "trace_id", "actor__email*")
    search_help_text = "The public id of a record, a trace id, or a person's e-mail address."
    hidden = ("previous_mac", "mac")
    ordering = ("-seq",)

    @admin.display(description="what")
    def what(self, event: AuditEvent) -> str:
        return what(event)

    @admin.display(description="who")
    def who(self, event: AuditEvent) -> str:
        return who(event)

    @admin.display(description="record")
    def subject(self, event: AuditEvent) -> str:
        return f"{event.object_type} {event.object_id}".strip()

    @admin.display(description="details")
    def details_text(self, event: AuditEvent) -> str:
        return details_of(event)

    def note_view(self, request: HttpRequest, kind: str, row: Model | None) -> None:
        if inside(request):
            audit.record(
                "audit.trail.viewed",
                row,
                actor=request.user,  # type: ignore[arg-type]
                page=kind,
                filters=sorted(request.GET),
            )


@admin.register(AuditCount)
class AuditCountAdmin(ConfigurationAdmin):
    viewing = "view_audit_counts"
    title = "Events a day"
    about = "How often each thing happened, counted once a day. Names nobody and no record."
    when_empty = "Nothing is counted yet: a day is counted when it is over."
    list_display = ("day", "what", "events")
    list_filter = (CodeFilter, "day")
    ordering = ("-day", "code", "id")

    @admin.display(description="what")
    def what(self, count: AuditCount) -> str:
        return CODES.get(count.code, count.code)
