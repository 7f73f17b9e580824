"""The browser of platform staff inside one organization, and what its users see of the visit."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from apps.core.scope import organization_scope
from apps.tenants import entries, entry_notice
from apps.tenants.access import ENTRY_KEY, SESSION_KEY, Active, activate, forget_entry
from apps.tenants.entry_queries import visits_now
from apps.tenants.models import PLATFORM_SLUG, EmergencyAccess, Organization, User
from apps.tenants.sessions import follow, renew_key


@dataclass(frozen=True, slots=True)
class Visit:
    """What the strip says: to the visitor the time left, to everyone else who is here and why."""

    entry: EmergencyAccess
    own: bool
    now: dt.datetime

    @property
    def seconds_left(self) -> int:
        left = (self.entry.expires_at or self.now) - self.now
        return max(0, int(left.total_seconds()))

    @property
    def until(self) -> str:
        """By the organization's clock."""
        zone = ZoneInfo(self.entry.organization.time_zone)
        return f"{(self.entry.expires_at or self.now).astimezone(zone):%H:%M}"

    @property
    def clock(self) -> str:
        return f"{self.seconds_left // 60}:{self.seconds_left % 60:02d}"


def visits_of(request: HttpRequest) -> list[Visit]:
    """Who of the platform is in the request's organization now; read once a request."""
    active: Active | None = getattr(request, "active", None)
    if active is None:
        return []
    held: list[Visit] | None = getattr(request, "_visits", None)
    if held is None:
        now = timezone.now()
        # A page about an error is drawn after its request's transaction has ended.
        with organization_scope(active.organization_id), transaction.atomic(savepoint=False):
            found = visits_now(now)
        held = [Visit(entry, _is_own(request, active, entry), now) for entry in found]
        request._visits = held  # type: ignore[attr-defined]
    return held


def _is_own(request: HttpRequest, active: Active, entry: EmergencyAccess) -> bool:
    return active.entered and request.session.get(ENTRY_KEY) == str(entry.public_id)


def organization_named(public_id: uuid.UUID) -> Organization | None:
    """A live customer, found by the platform role."""
    rows = Organization.objects.using("platform").exclude(slug=PLATFORM_SLUG)
    return rows.filter(public_id=public_id, is_live=True).first()


def go_in(request: HttpRequest, entry: EmergencyAccess) -> None:
    """The entry is on the record: open the organization to this browser, and tell about it."""
    activate(request, entry.organization_id, entering=True)
    request.session[ENTRY_KEY] = str(entry.public_id)
    entry_notice.announce(entry)


def leave(request: HttpRequest) -> None:
    """The old session key ends with it. Call with no transaction open."""
    user = cast(User, request.user)
    organization_id: Any = request.session[SESSION_KEY]
    entries.leave(organization_id, request.session[ENTRY_KEY], user)
    forget_entry(request)
    renew_key(request)
    follow(request, None)
