"""The frame of every page: where the person is and what waits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from apps.core.scope import organization_scope
from apps.reports.queries import BOUND, Counts, counts
from apps.tenants.access import Active
from apps.tenants.models import Membership, User
from apps.tenants.queries import Place, place_of


@dataclass(frozen=True, slots=True)
class Frame:
    """Two queries, read once a request."""

    active: Active
    place: Place
    counts: Counts
    role: str

    @property
    def may_audit(self) -> bool:
        return self.active.may("view_audit_trail")

    @property
    def to_read(self) -> str:
        return bounded(self.counts.to_read)


def bounded(count: int) -> str:
    return f"{BOUND}+" if count > BOUND else str(count)


def frame_of(request: HttpRequest) -> Frame | None:
    """None on pages of no organization."""
    active: Active | None = getattr(request, "active", None)
    if active is None or not isinstance(request.user, User):
        return None
    held: Frame | None = getattr(request, "_frame", None)
    if held is None:
        held = request._frame = _read(active, request.user)  # type: ignore[attr-defined]
    return held


def _read(active: Active, user: User) -> Frame:
    # A page about an error is drawn after its request's transaction has ended.
    with organization_scope(active.organization_id), transaction.atomic(savepoint=False):
        place, waiting = place_of(active, user), counts(active, user)
    return Frame(active, place, waiting, str(Membership.Role(active.role).label))


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    now: dt.datetime = timezone.now()
    return {
        "frame": frame_of(request),
        "now_iso": now.isoformat(timespec="milliseconds"),
        "demo": getattr(settings, "DEMO", False),
    }
