"""What happens around every request: headers, trace id, the active organization, refusals."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import nullcontext
from typing import cast

import structlog
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.audit.actions import record_alone
from apps.core.blobs.sealing import KEY_GONE, Unsealable
from apps.core.errors import RetryableError
from apps.core.scope import organization_scope
from apps.integrations.api.problems import is_api
from apps.tenants.access import Active, active_organization, platform_role_of, visit_of
from apps.tenants.actions import platform_organization_id
from apps.tenants.blobs import damage_behind, record_damage
from apps.tenants.clients import Caller
from apps.tenants.models import ApiClient, User
from apps.web import lifetime, sign_on
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

# What a page never asks a browser for.
NOT_USED = (
    "accelerometer",
    "ambient-light-sensor",
    "bluetooth",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
)

# No other site's page shares a window, a frame or a file with ours.
HEADERS = {
    "Content-Security-Policy": CSP,
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in NOT_USED),
}

# A method is a word of the sender's: others than these are not taken, nor written down.
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

# Pages about several organizations open one after another themselves.
UNSCOPED = ("/organizations", "/account/sessions", "/account/invitation/", "/staging/")

# A refused request is on the record of the organization it was made in.
REFUSED = {400, 403, 404, 405, 409, 410, 413, 415, 422}


def is_unscoped(path: str) -> bool:
    return any(path == page or (page[-1] == "/" and path.startswith(page)) for page in UNSCOPED)


class SecurityHeaders:
    """The content policy, and no copy of a page that may show a patient."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.path.startswith(settings.STATIC_URL) or response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store"
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
            method=request.method if request.method in METHODS else "other",
            route=match.route if match else "",
            status=response.status_code,
        )
        response.headers["X-Trace-Id"] = str(request.trace_id)  # type: ignore[attr-defined]
        return response


class ActiveOrganization:
    """Opens the scope of the session's organization; a session that lasted too long is ended."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        active = None
        if request.user.is_authenticated:
            lifetime.end_if_over(request)
            sign_on.end_if_over(request)
        if request.user.is_authenticated:
            active = active_organization(request)
            lifetime.note_seen(request, active)
        request.active = active  # type: ignore[attr-defined]
        staff = request.user if active is None and isinstance(request.user, User) else None
        request.platform = platform_role_of(staff) if staff else None  # type: ignore[attr-defined]
        inside = None if is_unscoped(request.path) else active
        visit = visit_of(request) if active and active.entered else ""
        with (
            organization_scope(inside.organization_id) if inside else nullcontext(),
            # Every event of the request carries the name of the visit.
            structlog.contextvars.bound_contextvars(entry=visit) if visit else nullcontext(),
        ):
            return self.get_response(request)

    def process_template_response(
        self, _request: HttpRequest, response: TemplateResponse
    ) -> TemplateResponse:
        """Render inside a transaction: the request's own has been committed by now."""
        with transaction.atomic():
            response.render()
        return response


class StorageFaults:
    """Bytes that cannot be had now are asked for again later; damaged ones are never shown."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The request's own work is undone by now."""
        if isinstance(error, Unsealable) and error.code == KEY_GONE:
            return errors.key_gone(request)
        damage = damage_behind(error)
        if damage is not None:
            record_damage(damage)
            log.error("storage.damaged", error_class=type(error).__name__)
        if not isinstance(error, RetryableError):
            return None
        log.warning("request.postponed", code=error.code)
        return errors.unavailable(request)


class AuditRefusals:
    """Writes refusals to the trail after the refused request's own work was undone."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in REFUSED:
            self._record(request, response.status_code)
        if response.status_code == 405 and request.method == "GET" and not is_api(request):
            return errors.wrong_method(request, response.headers["Allow"])
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
