"""Who is signed in from where; a session that is ended here is over at its next request."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from apps.core.client_address import client_address
from apps.tenants.models import User

PLACE = "organization"
# In the session itself: when the person signed in.
STARTED = "started"


@dataclass(frozen=True, slots=True)
class Listed:
    """One session as its person sees it; `name` stands for the key, which nobody is shown."""

    name: str
    device: str
    address: str
    started_at: datetime
    seen_at: datetime
    organization_id: int | None
    is_this: bool


def follow(request: HttpRequest, organization_id: int | None) -> None:
    """Keep the list true: called when a session begins, is seen, or changes its organization."""
    key = request.session.session_key
    if key is None:
        request.session.save()
        key = request.session.session_key
    UserSession.objects.update_or_create(
        session_key=key,
        defaults={
            "user_id": request.user.pk,
            "ip": client_address(request),
            "user_agent": request.META.get("HTTP_USER_AGENT", "")[:200],
            "last_seen_at": timezone.now(),
            "data": {PLACE: organization_id},
        },
    )


def renew_key(request: HttpRequest) -> None:
    """A new key for the same session; the list follows it."""
    before = request.session.session_key
    request.session.cycle_key()
    if before:
        UserSession.objects.filter(session_key=before).update(
            session_key=request.session.session_key
        )


def sessions_of(user: User, current: str | None = None) -> list[Listed]:
    """The living ones, the latest first."""
    rows = UserSession.objects.filter(user_id=user.pk).order_by("-last_seen_at")
    living = _living([row.session_key for row in rows])
    return [_listed(row, current) for row in rows if row.session_key in living]


def _living(keys: list[str]) -> set[str]:
    found = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    return set(found.values_list("session_key", flat=True))


def _listed(row: UserSession, current: str | None) -> Listed:
    return Listed(
        name=name_of(row.session_key),
        device=device_of(row.user_agent),
        address=row.ip,
        started_at=row.created_at,
        seen_at=row.last_seen_at,
        organization_id=row.data.get(PLACE),
        is_this=row.session_key == current,
    )


def name_of(session_key: str) -> str:
    return hashlib.sha256(session_key.encode()).hexdigest()[:32]


def end_session(user: User, name: str) -> bool:
    """False where the person has none of that name."""
    keys = UserSession.objects.filter(user_id=user.pk).values_list("session_key", flat=True)
    found = [key for key in keys if name_of(key) == name]
    return _end(found) > 0


def end_sessions(user: User, *, but: str | None = None) -> int:
    """All of a person's, at once, save one."""
    rows = UserSession.objects.filter(user_id=user.pk).exclude(session_key=but)
    return _end(list(rows.values_list("session_key", flat=True)))


def end_sessions_in(user: User, organization_id: int) -> int:
    """Those in which the person works for the organization."""
    rows = UserSession.objects.filter(user_id=user.pk, data__organization=organization_id)
    return _end(list(rows.values_list("session_key", flat=True)))


@transaction.atomic
def _end(keys: list[str]) -> int:
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return len(keys)


def device_of(agent: str) -> str:
    """“Firefox on Windows”, as far as the browser says."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "Unknown browser")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return f"{browser} on {system}" if system else browser


# What a browser calls itself holds the names of others: the most special first.
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
