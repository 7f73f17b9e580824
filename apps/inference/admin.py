"""Algorithms of an organization and their runs."""

from django.contrib import admin

from apps.audit.admin_base import ConfigurationAdmin
from apps.audit.admin_queue import QueueAdmin
from apps.inference.models import Algorithm, AlgorithmVersion, InferenceRun


@admin.register(Algorithm)
class AlgorithmAdmin(ConfigurationAdmin):
    viewing = "view_algorithms"
    about = "What reads your ECGs, with its intended use and its limits."
    when_empty = "No algorithm is registered. Platform staff register them."
    list_display = ("name", "slug", "intended_use")
    list_select_related = ("organization",)
    search = ("public_id", "slug*")
    search_help_text = "A public id or the beginning of a short name."
    ordering = ("name", "id")


@admin.register(AlgorithmVersion)
class AlgorithmVersionAdmin(ConfigurationAdmin):
    viewing, changing = "view_algorithms", "change_algorithms"
    about = "Switch a version on or off. Results it gave before stay as they are."
    when_empty = "No algorithm is registered. Platform staff register them."
    editable = ("is_enabled",)
    list_display = ("__str__", "algorithm", "version", "is_enabled")
    list_filter = ("is_enabled",)
    list_select_related = ("algorithm", "organization")
    search = ("public_id", "algorithm__slug*")
    search_help_text = "A public id or the beginning of a short name."
    ordering = ("algorithm__slug", "-id")


@admin.register(InferenceRun)
class InferenceRunAdmin(QueueAdmin):
    title = "Algorithm runs"
    about = "Each algorithm version on each recording. Statements are on the study page."
    when_empty = "No runs yet. Each recording is sent to every version that is switched on."
    replayed = "inference.run.replayed"
    hidden = (*QueueAdmin.hidden, "output")
    list_display = (
        "public_id",
        "created_at",
        "algorithm_version",
        "recording",
        "state",
        "status",
        "attempts",
        "error_code",
    )
    list_filter = ("state", "status")
    list_select_related = ("algorithm_version__algorithm", "recording")
    search = ("public_id", "recording__public_id", "trace_id")
    search_help_text = "The public id of a run or a recording, or a trace id."
    ordering = ("-id",)
