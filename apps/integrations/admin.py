"""Destinations of an organization and the deliveries to them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

import apps.integrations.admin_alarms  # noqa: F401 - registers its pages
from apps.audit.admin_base import ConfigurationAdmin
from apps.audit.admin_queue import QueueAdmin
from apps.integrations.admin_forms import DestinationForm, FetchHostForm
from apps.integrations.models import Delivery, Destination, FetchHost, Submission
from apps.integrations.transport import KEY, note_transport
from apps.tenants.secrets import set_secret

ADDRESS = (
    "name",
    "kind",
    "host",
    "port",
    "transport",
    "tls_authorities",
    "tls_name",
    "tls_certificate",
    "new_key",
    "receiving_application",
    "receiving_facility",
    "processing_id",
    "includes_pdf",
    "is_active",
)


@admin.register(Destination)
class DestinationAdmin(ConfigurationAdmin):
    form = DestinationForm
    viewing, changing = "view_destinations", "change_destinations"
    about = "Systems that receive signed reports."
    when_empty = "No destinations yet, so reports stay here. Add the address of your EHR."
    editable = addable = ADDRESS
    hidden = ("tls_key",)
    list_display = ("name", "host", "port", "transport", "processing_id", "is_active")
    list_filter = ("is_active", "transport", "processing_id")
    list_select_related = ("organization",)
    search = ("public_id", "name*")
    search_help_text = "A public id or the beginning of a name."
    ordering = ("name", "id")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The key has no column of its own to stand at."""
        fields = super().get_fields(request, obj)
        if obj is None or not self.has_change_permission(request, obj):
            return fields
        at = fields.index("tls_certificate") + 1
        return [*fields[:at], "new_key", *fields[at:]]

    def save_model(self, request: HttpRequest, obj: Destination, form: Any, change: bool) -> None:
        if form.cleaned_data["new_key"] or not obj.tls_certificate:
            set_secret(obj, KEY, form.cleaned_data["new_key"])
        super().save_model(request, obj, form, change)
        before = form.initial["transport"] if change else None
        note_transport(obj, before, by=request.user)  # type: ignore[arg-type]


@admin.register(Delivery)
class DeliveryAdmin(QueueAdmin):
    about = "Each signed version on its way to each destination, with the receiver's answer."
    when_empty = "No deliveries yet. Signing a report sends it to every active destination."
    replayed = "integrations.delivery.replayed"
    list_display = (
        "public_id",
        "created_at",
        "destination",
        "state",
        "status",
        "ack_code",
        "attempts",
        "error_code",
    )
    list_filter = ("state", "status")
    list_select_related = ("destination", "report_version")
    search = ("public_id", "control_id", "report_version__public_id", "trace_id")
    search_help_text = "The public id of a delivery or a version, a control id, or a trace id."
    ordering = ("-id",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_fields(request, obj), "reason"]


@admin.register(FetchHost)
class FetchHostAdmin(ConfigurationAdmin):
    form = FetchHostForm
    title = "Fetch hosts"
    viewing, changing = "view_fetch_hosts", "change_fetch_hosts"
    about = "Hosts that submitted ECGs are fetched from, by https; all others are refused."
    when_empty = "No host yet, so submissions must carry the ECG as data."
    editable = addable = ("host", "is_active")
    list_display = ("host", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("organization",)
    search = ("host*",)
    search_help_text = "The beginning of a name."
    ordering = ("host", "id")


@admin.register(Submission)
class SubmissionAdmin(QueueAdmin):
    title = "Submissions"
    about = "ECGs that programs had taken in for a patient, as data or by their address."
    when_empty = "Nothing was submitted yet."
    replayed = "integrations.submission.replayed"
    hidden = (*QueueAdmin.hidden, "url_sealed", "stated")
    list_display = (
        *("public_id", "requested_at", "client", "purpose", "host", "state", "attempts"),
        "error_code",
    )
    list_filter = ("state", "purpose")
    list_select_related = ("client", "ingress")
    search = ("public_id", "ingress__public_id", "trace_id")
    search_help_text = "The public id of a submission or of its file, or a trace id."
    ordering = ("-id",)
