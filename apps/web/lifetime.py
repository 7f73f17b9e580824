"""How long a session lasts: it ends on the server after a pause and after a day of work."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest
from django.utils import timezone

from apps.tenants.access import Active
from apps.tenants.sessions import STARTED, follow

SEEN = "seen"
# How exactly the last request is known.
SEEN_EVERY_SECONDS = 30
# How a session ended: by itself, or by its person.
IDLE, OVER, SIGNED_OUT = "idle", "over", "signed-out"


def ended_in_words(how: str) -> str:
    """For who comes back to the door; empty where nothing ended."""
    if how == IDLE:
        after = f"after {round(settings.SESSION_IDLE_SECONDS / 60)} minutes"
    elif how == OVER:
        after = f"after {round(settings.SESSION_ABSOLUTE_SECONDS / 3600)} hours"
    else:
        return ""
    return f"Signed out {after}. Sign in to return here; your draft is kept."


def end_if_over(request: HttpRequest) -> None:
    """Signs out who was away too long, and leaves word of it to the way to the door."""
    now = timezone.now().timestamp()
    started = request.session.setdefault(STARTED, now)
    idle = now - request.session.get(SEEN, now)
    is_idle = idle > settings.SESSION_IDLE_SECONDS
    if is_idle or now - started > settings.SESSION_ABSOLUTE_SECONDS:
        logout(request)
        request.ended = IDLE if is_idle else OVER  # type: ignore[attr-defined]


def note_seen(request: HttpRequest, active: Active | None) -> None:
    """Polls of an unattended page do not keep a session alive; what is done there does."""
    now = timezone.now().timestamp()
    last = request.session.get(SEEN)
    reads = request.method in ("GET", "HEAD")
    polled = (reads and request.headers.get("HX-Request")) or request.headers.get("X-Poll")
    if last is None or (not polled and now - last > SEEN_EVERY_SECONDS):
        request.session[SEEN] = now
        follow(request, active.organization_id if active else None)
