"""What happens around every request: headers, trace id, the active organization, refusals."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import nullcontext
from typing import cast

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.audit.actions import record_alone
from apps.core.blobs.sealing import KEY_GONE, Unsealable
from apps.core.kek.engine import KekUnavailable
from apps.core.scope import organization_scope
from apps.tenants.access import Active, active_organization
from apps.tenants.actions import platform_organization_id
from apps.tenants.clients import Caller
from apps.tenants.models import ApiClient, User
from apps.web.views import errors

log = structlog.get_logger(__name__)

Handler = Callable[[HttpRequest], HttpResponse]

CSP = "; ".join(
    [
        "default-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "img-src 'self' data:",
    ]
)

# Pages about several organizations open one after another themselves.
UNSCOPED = {"/organizations"}

# A refused request is on the record of the organization it was made in.
REFUSED = {400, 403, 404, 405, 409, 410, 413, 415, 422}


class SecurityHeaders:
    """The content policy, and no copy of a page that may show a patient."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CSP)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=()")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class TraceId:
    """A name for the request, on its log lines, its events and its error page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        structlog.contextvars.clear_contextvars()
        request.trace_id = uuid.uuid4()  # type: ignore[attr-defined]
        structlog.contextvars.bind_contextvars(trace_id=str(request.trace_id))  # type: ignore[attr-defined]
        response = self.get_response(request)
        match = request.resolver_match
        log.info(
            "request",
            method=request.method,
            route=match.route if match else "",
            status=response.status_code,
        )
        response.headers["X-Trace-Id"] = str(request.trace_id)  # type: ignore[attr-defined]
        return response


class ActiveOrganization:
    """Opens the scope of the session's organization; a session idle too long is ended."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        active = None
        if request.user.is_authenticated:
            self._end_idle_session(request)
        if request.user.is_authenticated:
            active = active_organization(request)
        request.active = active  # type: ignore[attr-defined]
        inside = active if request.path not in UNSCOPED else None
        with organization_scope(inside.organization_id) if inside else nullcontext():
            return self.get_response(request)

    def process_template_response(
        self, _request: HttpRequest, response: TemplateResponse
    ) -> TemplateResponse:
        """Render inside a transaction: the request's own has been committed by now."""
        with transaction.atomic():
            response.render()
        return response

    def _end_idle_session(self, request: HttpRequest) -> None:
        now = timezone.now().timestamp()
        last = request.session.get("seen", now)
        if now - last > settings.SESSION_IDLE_SECONDS:
            logout(request)
            return
        # Background polls of an unattended page do not keep a session alive.
        polled = request.headers.get("HX-Request") or request.headers.get("X-Poll")
        if (not polled and now - last > 30) or "seen" not in request.session:
            request.session["seen"] = now


class SealedAway:
    """A page for stored data that cannot be opened: destroyed keys, or keys out of reach."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Unsealable) and error.code == KEY_GONE:
            return errors.key_gone(request)
        if isinstance(error, KekUnavailable):
            return errors.unavailable(request)
        return None


class AuditRefusals:
    """Writes refusals to the trail after the refused request's own work was undone."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in REFUSED:
            self._record(request, response.status_code)
        return response

    def _record(self, request: HttpRequest, status: int) -> None:
        match, home = request.resolver_match, home_of(request)
        if home is not None:
            organization_id, actor = home
            record_alone(
                organization_id,
                "web.request.refused",
                actor=actor,
                route=match.route if match else "unknown",
                status=status,
            )


def home_of(request: HttpRequest) -> tuple[int, User | ApiClient] | None:
    """On whose record a request is, and who asked; None while nobody is known."""
    caller: Caller | None = getattr(request, "caller", None)
    if caller is not None:
        return caller.organization_id, caller.client
    user = cast(User, request.user)
    if not user.is_authenticated:
        return None
    active: Active | None = getattr(request, "active", None)
    return (active.organization_id if active else platform_organization_id()), user
