"""A person's own account: the sessions, and refusals of second factors on the trail."""

from __future__ import annotations

import datetime as dt
from functools import wraps
from typing import Any, cast
from zoneinfo import ZoneInfo

from allauth.account.decorators import reauthentication_required
from allauth.account.views import PasswordChangeView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.tenants.models import Organization, User
from apps.tenants.new_password import may_have_password
from apps.tenants.queries import choices_for
from apps.tenants.sessions import end_session, end_sessions, sessions_of
from apps.tenants.trail import note
from apps.web.context import frame_of
from apps.web.guard import View, to_sign_in

ANOTHER_WAY = "You have no password here: you sign in another way."


class ChangePassword(PasswordChangeView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if isinstance(user, User) and not _has_password(user):
            messages.info(request, ANOTHER_WAY)
            return redirect("mfa_index")
        return cast(HttpResponse, super().dispatch(request, *args, **kwargs))


def _has_password(user: User) -> bool:
    return user.has_usable_password() and may_have_password(user)


class EnterFactor(AuthenticateView):
    """The second step of signing in."""

    def form_invalid(self, form: Any) -> HttpResponse:
        if form is self.webauthn_form:
            note("tenants.factor.failed", self.stage.login.user, source="webauthn")
        response = cast(HttpResponse, super().form_invalid(form))
        response.status_code = 400
        return response


class PasskeySignIn(LoginWebAuthnView):
    """A passkey in place of the password."""

    def form_invalid(self, form: Any) -> HttpResponse:
        note("tenants.factor.failed", None, source="webauthn")
        return cast(HttpResponse, super().form_invalid(form))


def confirmed_lately(view: View) -> View:
    """The password, or a factor, was given again within the last minutes; else that comes first."""
    checked: View = reauthentication_required(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        signed_in = isinstance(request.user, User)
        return (checked if signed_in else view)(request, *args, **kwargs)

    return guarded


@require_http_methods(["GET", "HEAD"])
@transaction.non_atomic_requests
@confirmed_lately
def sessions(request: HttpRequest) -> HttpResponse:
    """Runs with no scope open: it names several organizations."""
    if not isinstance(request.user, User):
        return to_sign_in(request)
    listed = sessions_of(request.user, request.session.session_key)
    names = {c.organization.pk: c.organization for c in choices_for(request.user)}
    context = {
        "rows": [(row, names.get(row.organization_id or 0)) for row in listed],
        "others": any(not row.is_this for row in listed),
        "zone": zone_of(request),
        "idle_minutes": round(settings.SESSION_IDLE_SECONDS / 60),
        "hours": round(settings.SESSION_ABSOLUTE_SECONDS / 3600),
    }
    return render(request, "web/account/sessions.html", context)


def zone_of(request: HttpRequest) -> dt.tzinfo:
    frame = frame_of(request)
    if frame is None:
        return dt.UTC
    place = frame.place.site or cast(Organization, frame.place.organization)
    return ZoneInfo(place.time_zone)


@require_POST
@transaction.non_atomic_requests
@confirmed_lately
def end(request: HttpRequest) -> HttpResponse:
    """One of the person's sessions by its name, or all others."""
    user = request.user
    if not isinstance(user, User):
        return to_sign_in(request)
    name = request.POST.get("session", "")
    if name:
        if not end_session(user, name):
            raise Http404
        count = 1
    else:
        count = end_sessions(user, but=request.session.session_key)
    note("tenants.session.revoked", user, actor=user, count=count)
    messages.success(request, "The session is ended." if name else "The others are ended.")
    return redirect("sessions")
