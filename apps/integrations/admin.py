"""Destinations of an organization and the deliveries to them."""

from django.contrib import admin

import apps.integrations.admin_alarms  # noqa: F401 - registers its pages
from apps.audit.admin_base import ConfigurationAdmin
from apps.audit.admin_queue import QueueAdmin
from apps.integrations.admin_forms import DestinationForm
from apps.integrations.models import Delivery, Destination

ADDRESS = (
    "name",
    "kind",
    "host",
    "port",
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
    list_display = ("name", "kind", "host", "port", "processing_id", "is_active")
    list_filter = ("is_active", "processing_id")
    list_select_related = ("organization",)
    search = ("public_id", "name*")
    search_help_text = "A public id or the beginning of a name."
    ordering = ("name", "id")


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
