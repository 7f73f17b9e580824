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
from apps.core.together import together
from apps.reports.counts import Counts, counts_of
from apps.reports.queries import BOUND
from apps.tenants.access import Active
from apps.tenants.models import User
from apps.tenants.permissions import ROLE_NAMES
from apps.tenants.queries import Place, place_in, places_of
from apps.web import entry


@dataclass(frozen=True, slots=True)
class Frame:
    """Read once a request: place and counts together; who of the platform is in, where any is."""

    active: Active
    place: Place
    counts: Counts
    role: str
    visits: list[entry.Visit]

    @property
    def may_audit(self) -> bool:
        return self.active.may("view_audit_trail")

    @property
    def to_read(self) -> str:
        return bounded(self.counts.to_read)

    @property
    def may_approve_retraction(self) -> bool:
        return self.active.may("approve_retraction")

    @property
    def resolves(self) -> bool:
        return self.active.may("resolve_identity")

    @property
    def replays(self) -> bool:
        return self.active.may("replay")

    @property
    def to_resolve(self) -> str:
        return bounded(self.counts.cases)

    @property
    def reads(self) -> bool:
        return self.active.may("view_recordings")

    @property
    def uploads(self) -> bool:
        return self.active.may("upload_files")

    @property
    def sees_dashboards(self) -> bool:
        return self.active.may("view_dashboards")

    @property
    def criticals(self) -> str:
        return bounded(self.counts.criticals)

    @property
    def may_see_overrides(self) -> bool:
        return self.active.may("view_overrides")

    @property
    def may_change_reading(self) -> bool:
        return self.active.may("change_reading")

    @property
    def may_change_escalation(self) -> bool:
        return self.active.may("change_escalation")

    @property
    def has_templates(self) -> bool:
        return self.active.may("use_templates")

    @property
    def administers(self) -> bool:
        return self.active.may("open_administration")


def bounded(count: int) -> str:
    return f"{BOUND}+" if count > BOUND else str(count)


def frame_of(request: HttpRequest) -> Frame | None:
    """None on pages of no organization."""
    active: Active | None = getattr(request, "active", None)
    if active is None or not isinstance(request.user, User):
        return None
    held: Frame | None = getattr(request, "_frame", None)
    if held is None:
        held = request._frame = _read(request, active, request.user)  # type: ignore[attr-defined]
    return held


NOTHING = Counts(to_read=0, stat=0, mine=0, newest=None)


def _read(request: HttpRequest, active: Active, user: User) -> Frame:
    # A page about an error is drawn after its request's transaction has ended.
    with organization_scope(active.organization_id), transaction.atomic(savepoint=False):
        places, waiting = places_of(active, user), None
        if active.may("view_recordings"):
            waiting = counts_of(active, user)
        together(places, *([] if waiting is None else [waiting]))
        place = place_in(active, places)
        held = NOTHING if waiting is None else Counts(**waiting[0])
    visits = entry.visits_of(request) if place.visited else []
    return Frame(active, place, held, ROLE_NAMES[active.role], visits)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    now: dt.datetime = timezone.now()
    return {
        "frame": frame_of(request),
        "now_iso": now.isoformat(timespec="milliseconds"),
        "demo": getattr(settings, "DEMO", False),
    }
