"""Recordings without their waveform, and the stages of work on them."""

from django.contrib import admin

from apps.audit.admin_base import PlatformModelAdmin
from apps.audit.admin_queue import QueueAdmin
from apps.ecg.models import Recording, StageRun


@admin.register(Recording)
class RecordingAdmin(PlatformModelAdmin):
    viewing = "view_record"
    about = "ECGs in canonical form. The trace itself is on the study page."
    when_empty = "No recordings yet. They appear when an uploaded file has been decoded."
    list_display = ("public_id", "received_at", "site", "priority", "format", "is_synthetic")
    list_filter = ("priority", "format", "is_synthetic")
    list_select_related = ("site", "device", "patient")
    search = ("public_id", "original_sha256", "canonical_hash", "trace_id")
    search_help_text = "A public id, a SHA-256, the hash of the signal, or a trace id."
    ordering = ("-id",)


@admin.register(StageRun)
class StageRunAdmin(QueueAdmin):
    title = "Stages of work"
    about = "The steps every recording goes through. A step that was given up can be run again."
    when_empty = "No work yet. Each recording brings its own."
    replayed = "ecg.stage.replayed"
    list_display = ("id", "created_at", "stage", "recording", "state", "attempts", "error_code")
    list_filter = ("state",)
    list_select_related = ("recording",)
    search = ("recording__public_id", "trace_id", "stage")
    search_help_text = "The public id of a recording, a trace id, or the name of a stage."
    ordering = ("-id",)
