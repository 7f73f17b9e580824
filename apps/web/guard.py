"""Who gets past the door: pages of an organization need a person and an active organization."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from apps.tenants.access import Active
from apps.tenants.models import User

View = Callable[..., HttpResponseBase]


class OrganizationRequest(HttpRequest):
    """What a guarded view may rely on."""

    user: User
    active: Active


def in_organization(view: View) -> View:
    """Sends strangers to sign in and people without an active organization to choose one."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        if getattr(request, "active", None) is None:
            return redirect("organizations")
        return view(request, *args, **kwargs)

    return guarded


# Parts of uploads, by addresses that are signed for one each: scripts and programs send them.
PARTS = "/staging/"


def wants_json(request: HttpRequest) -> bool:
    if request.path.startswith(PARTS):
        return True
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Scripts get 401 and no page; a page comes back to where it was."""
    if wants_json(request):
        return JsonResponse({"message": "Signed out. Sign in and try again."}, status=401)
    if request.headers.get("HX-Request"):
        page = urlsplit(request.headers.get("HX-Current-URL", "")).path
        return HttpResponse(status=401, headers={"HX-Redirect": _sign_in(request, page)})
    # A write is not repeated after signing in.
    page = request.path if request.method == "GET" else ""
    return HttpResponseRedirect(_sign_in(request, page))


def _sign_in(request: HttpRequest, page: str) -> str:
    """To the door, which says why where the session ended by itself."""
    parts = {"next": page, "ended": getattr(request, "ended", "")}
    query = urlencode({name: value for name, value in parts.items() if value})
    return f"{reverse('sign-in')}{f'?{query}' if query else ''}"
