"""Leased rows in the admin: read, and put back in the queue."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.audit import actions as audit
from apps.audit.admin_base import PlatformModelAdmin, inside, may
from apps.audit.replays import stopped_by
from apps.core import leases
from apps.core.drain import wake_on_commit

STOPPED = (leases.Leased.State.DEAD, leases.Leased.State.QUARANTINED)
MOST_AT_ONCE = 500
NOTHING = "Nothing to run again: only rows that were given up or refused go back in the queue."


class QueueAdmin(PlatformModelAdmin):
    """`replayed` is the event's code."""

    viewing = "view_queue"
    replayed = ""
    actions = ("replay",)
    hidden: tuple[str, ...] = ("turn", "lease_token")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return inside(request) and may(request, "replay")

    @admin.action(description="Run again: put back in the queue", permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        chosen = queryset.filter(state__in=STOPPED)[:MOST_AT_ONCE]
        rows = [row for row in chosen if leases.replay(row)]
        for row in rows:
            stopped = stopped_by(row)
            audit.record(self.replayed, row, actor=request.user, **stopped)  # type: ignore[arg-type]
        if not rows:
            self.message_user(request, NOTHING, messages.WARNING)
            return
        wake_on_commit()
        words = "1 row is" if len(rows) == 1 else f"{len(rows)} rows are"
        self.message_user(request, f"{words} back in the queue.", messages.SUCCESS)
