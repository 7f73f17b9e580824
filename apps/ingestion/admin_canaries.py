"""The last test ECGs of each path, and how long each took."""

from __future__ import annotations

from django.contrib import admin

from apps.audit.admin_base import PlatformModelAdmin
from apps.core.leases import Leased
from apps.ingestion.models import PathCanary

# Of the queue, not of the canary.
OF_THE_QUEUE = {field.name for field in Leased._meta.local_fields} - {"attempts"}


@admin.register(PathCanary)
class PathCanaryAdmin(PlatformModelAdmin):
    title = "Test ECGs"
    viewing = "view_queue"
    about = (
        "Once a day the platform sends itself an ECG of nobody through every path this"
        " organization uses. One that does not come through in time is an alarm."
    )
    when_empty = "None yet. The first is sent within the hour."
    hidden = (*sorted(OF_THE_QUEUE), "sha256", "canonical_hash")
    list_display = (
        *("path", "place", "status", "sent_at", "arrived_after", "measured_after", "stage", "code"),
    )
    list_filter = ("path", "status")
    list_select_related = ("ingress",)
    search = ("public_id", "place*")
    search_help_text = "A public id, or how an AE title or the name of a share begins."
    ordering = ("-id",)

    @admin.display(description="arrived after")
    def arrived_after(self, row: PathCanary) -> str:
        """From being sent to being accepted, by what the door wrote."""
        if row.ingress is None or row.sent_at is None:
            return "-"
        return f"{(row.ingress.received_at - row.sent_at).total_seconds():.1f} s"

    @admin.display(description="found measured after")
    def measured_after(self, row: PathCanary) -> str:
        """The platform looks every half minute."""
        if row.status != PathCanary.Status.PASSED or not row.settled_at or not row.sent_at:
            return "-"
        return f"{(row.settled_at - row.sent_at).total_seconds():.0f} s"
