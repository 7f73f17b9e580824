"""Data keys, to be read: which there are and what became of them; never the keys."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.audit.admin_base import ConfigurationAdmin
from apps.tenants.models import DataKey


@admin.register(DataKey)
class DataKeyAdmin(ConfigurationAdmin):
    title = "Data keys"
    viewing = "view_keys"
    about = (
        "What seals stored files, waveforms and secrets. Keys are made, replaced and destroyed by"
        " commands, on the record."
    )
    when_empty = "No data key yet: nothing can be stored."
    list_display = ("name", "state", "created_at", "retired_at", "destroyed_at", "kek_id")
    list_filter = ("state",)
    hidden = ("wrapped",)
    search = ("name*", "public_id")
    search_help_text = "The beginning of a key's name, or a public id."
    ordering = ("-created_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DataKey]:
        return super().get_queryset(request).defer("wrapped")
