"""How an organization wants its files processed, in the administration."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from apps.audit.admin_base import ConfigurationAdmin, TenantForm
from apps.ingestion import rules
from apps.ingestion.models import ProcessingRules
from apps.ingestion.quarantine import release_what_may


class RulesForm(TenantForm):
    """Formats are chosen from those that this software knows."""

    refused_formats = forms.MultipleChoiceField(
        required=False,
        label="Formats that are not taken",
        choices=[(name, name) for name in rules.NAMES],
        widget=forms.CheckboxSelectMultiple,
        help_text="Files of these formats are refused and kept. Taken again, they go on.",
    )

    class Meta:
        model = ProcessingRules
        fields = rules.FIELDS


@admin.register(ProcessingRules)
class ProcessingRulesAdmin(ConfigurationAdmin):
    form = RulesForm
    title = "Processing of files"
    viewing, changing = "view_processing", "change_processing"
    about = (
        "What is done with arriving files. Without a row here: files that no scanner looked at are"
        " processed, archives are unpacked, every format is taken, two alike ECGs of a patient"
        " within two minutes are asked about, and an ECG that names no order answers the one order"
        " of its patient that starts up to an hour after it or a day before it; one person decides"
        " whose an ECG is. Held files go on once their cause is gone."
    )
    when_empty = "Nothing is set: files are processed as described above."
    addable = rules.FIELDS
    editable = rules.FIELDS
    list_display = ("__str__", "unscanned", "unpacks_archives", "duplicate_window_seconds")
    search = ("public_id",)
    search_help_text = "A public id."
    ordering = ("id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not ProcessingRules.objects.exists()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Each change is on the record with what was before; what it sets free goes on."""
        before = ProcessingRules.objects.filter(pk=obj.pk).first() if change else None
        super().save_model(request, obj, form, change)
        rules.record_changes(before, obj, by=request.user)  # type: ignore[arg-type]
        release_what_may()
