"""Platform staff inside one organization: for a written reason and a limited time."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest
from django.utils import timezone

from apps.audit.actions import record, record_alone
from apps.tenants.access import ENTRY_UNTIL_KEY, SESSION_KEY, activate
from apps.tenants.models import PLATFORM_SLUG, Organization, User
from apps.tenants.sessions import follow, renew_key

REASON_KEY = "organization_entry_reason"
SECONDS = 30 * 60


@dataclass(frozen=True, slots=True)
class Entry:
    """What the red strip says."""

    reason: str
    seconds_left: int

    @property
    def clock(self) -> str:
        return f"{self.seconds_left // 60}:{self.seconds_left % 60:02d}"


def of(request: HttpRequest) -> Entry | None:
    active = getattr(request, "active", None)
    if active is None or not active.entered:
        return None
    left = request.session[ENTRY_UNTIL_KEY] - timezone.now().timestamp()
    return Entry(request.session.get(REASON_KEY, ""), max(0, int(left)))


def organization_named(public_id: uuid.UUID) -> Organization | None:
    """A live customer, found by the platform role."""
    rows = Organization.objects.using("platform").exclude(slug=PLATFORM_SLUG)
    return rows.filter(public_id=public_id, is_live=True).first()


def enter(request: HttpRequest, organization: Organization, reason: str) -> None:
    """Recorded in the organization's own trail first; call with no transaction open."""
    user = cast(User, request.user)
    record_alone(
        organization.pk,
        "tenants.organization.entered",
        subject=organization,
        actor=user,
        reason=reason,
    )
    activate(request, organization.pk, entering=True)
    request.session[ENTRY_UNTIL_KEY] = timezone.now().timestamp() + SECONDS
    request.session[REASON_KEY] = reason


def leave(request: HttpRequest) -> None:
    """Recorded in the request's transaction; the old session key ends with it."""
    organization_id = request.session[SESSION_KEY]
    organization = Organization.objects.get(pk=organization_id)
    record("tenants.organization.left", organization, actor=cast(User, request.user))
    for key in (SESSION_KEY, ENTRY_UNTIL_KEY, REASON_KEY):
        request.session.pop(key, None)
    renew_key(request)
    follow(request, None)
