"""The ladder and its notices, algorithms that raise critical results, own statements."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.audit.admin_base import ConfigurationAdmin
from apps.audit.admin_queue import QueueAdmin
from apps.reports.escalation import set_clocks_anew
from apps.reports.models import (
    AlgorithmAlert,
    EscalationNotice,
    EscalationStep,
    OwnStatement,
)
from apps.reports.on_call import members


@admin.register(EscalationStep)
class EscalationStepAdmin(ConfigurationAdmin):
    title = "Escalation ladder"
    viewing, changing = "view_escalation", "change_escalation"
    about = "Who is told of a critical result that nobody acknowledges, after how many minutes."
    when_empty = "No ladder is set. Write one down under Escalation in the application, or add."
    addable = (
        *("number", "after_minutes", "who", "role", "person", "on_call_list"),
        *("by_email", "by_webhook", "is_active"),
    )
    editable = addable[1:]
    list_display = ("number", "after_minutes", "__str__", "by_email", "by_webhook", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("organization", "person", "on_call_list")
    search = ("public_id",)
    search_help_text = "The public id of a step."
    ordering = ("number", "id")

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """People who work here, never the accounts of everybody."""
        if db_field.name == "person":
            rows = db_field.related_model.objects.filter(pk__in=members().values("user"))
            kwargs["queryset"] = rows
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        set_clocks_anew()


@admin.register(AlgorithmAlert)
class AlgorithmAlertAdmin(ConfigurationAdmin):
    title = "Algorithms that raise critical results"
    viewing, changing = "view_escalation", "change_escalation"
    about = (
        "Which statement of which algorithm raises a critical result, from which value on."
        " What an algorithm says is advisory and is shown as such."
    )
    when_empty = "No algorithm raises a critical result here. Add a statement and a limit."
    addable = ("algorithm", "code", "number", "threshold", "is_on")
    editable = ("number", "threshold", "is_on")
    list_display = ("__str__", "algorithm", "code", "number", "threshold", "is_on")
    list_filter = ("is_on",)
    list_select_related = ("algorithm", "organization")
    search = ("public_id", "code*")
    search_help_text = "A public id or the beginning of a code."
    ordering = ("algorithm__slug", "code", "id")


@admin.register(OwnStatement)
class OwnStatementAdmin(ConfigurationAdmin):
    title = "Statements of the organization"
    viewing, changing = "view_own_statements", "change_own_statements"
    about = "Statements that readers here find beside those of the library."
    when_empty = "None yet. Add one with an acronym that the library does not have."
    addable = ("acronym", "text", "group", "code_system", "code")
    editable = ("text", "group", "code_system", "code", "is_retired")
    list_display = ("acronym", "text", "group", "code_system", "code", "is_retired")
    list_filter = ("is_retired", "group")
    list_select_related = ("organization",)
    search = ("public_id", "acronym*", "code")
    search_help_text = "A public id, a code or the beginning of an acronym."
    ordering = ("acronym", "id")


@admin.register(EscalationNotice)
class EscalationNoticeAdmin(QueueAdmin):
    title = "Escalation notices"
    about = "Each step that was taken, on its way to each person and webhook."
    when_empty = "Nobody was told of a critical result by the ladder yet."
    replayed = "reports.escalation.replayed"
    list_display = ("public_id", "created_at", "kind", "person", "state", "attempts", "error_code")
    list_filter = ("state", "kind")
    list_select_related = ("person", "escalation")
    search = ("public_id", "trace_id")
    search_help_text = "The public id of a notice or a trace id."
    ordering = ("-id",)
