"""Arrivals."""

from django.contrib import admin

import apps.ingestion.admin_shares  # noqa: F401 - registers its pages
from apps.audit.admin_base import PlatformModelAdmin
from apps.audit.admin_queue import QueueAdmin
from apps.ingestion import (  # noqa: F401 - register their pages
    admin_canaries,
    admin_orders,
    admin_profiles,
    admin_rules,
)
from apps.ingestion.models import Ingress, RecordingArrival, StorageCommitment


@admin.register(Ingress)
class IngressAdmin(QueueAdmin):
    title = "Arrived files"
    about = "Files that reached the platform, by whatever road, and what became of each."
    when_empty = "No files yet. Upload one, or connect a source."
    replayed = "ingestion.file.replayed"
    list_display = (
        "public_id",
        "received_at",
        "source",
        "site",
        "priority",
        "state",
        "outcome",
        "attempts",
        "error_code",
    )
    list_filter = ("state", "outcome", "source", "priority")
    list_select_related = ("site", "sender", "recording")
    search = ("public_id", "sha256", "trace_id")
    search_help_text = "A public id, the SHA-256 of a file, or a trace id."
    ordering = ("-received_at", "-id")


@admin.register(RecordingArrival)
class RecordingArrivalAdmin(PlatformModelAdmin):
    title = "Copies of recordings"
    viewing = "view_record"
    about = "Every copy of a recording that reached the platform, and how it was recognised."
    when_empty = "No recording has arrived yet."
    hidden = ("identity", "sop_instance_uid", "accession_number")
    list_display = ("id", "arrived_at", "recording", "ingress", "outcome")
    list_filter = ("outcome",)
    list_select_related = ("recording", "ingress")
    search = ("recording__public_id", "ingress__public_id")
    search_help_text = "The public id of a recording or of an arrived file."
    ordering = ("-id",)


@admin.register(StorageCommitment)
class StorageCommitmentAdmin(QueueAdmin):
    title = "Storage commitments"
    about = "Peers of the DICOM network that asked whether objects are safely kept."
    when_empty = "Nobody has asked yet."
    replayed = "ingestion.commitment.replayed"
    hidden = (*QueueAdmin.hidden, "asked_for")
    list_display = (
        *("public_id", "asked_at", "calling_title", "state", "kept", "missing", "attempts"),
        "error_code",
    )
    list_filter = ("state",)
    search = ("public_id", "transaction_uid", "calling_title", "trace_id")
    search_help_text = "A public id, the peer's transaction UID or AE title, or a trace id."
    ordering = ("-id",)
