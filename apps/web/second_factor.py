"""Who must have a second factor sets it up before anything else."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from apps.tenants.factors import FACTOR, has_second_factor, needs_second_factor
from apps.tenants.models import User
from apps.web.guard import wants_json

# The way to one, and the way out.
OPEN = ("/account/", "/sign-", "/healthz", "/static/")
NEEDED = "Your account needs a second factor. Add a passkey or an authenticator app to go on."


class SecondFactor:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._set_up_first(request) or self.get_response(request)

    def _set_up_first(self, request: HttpRequest) -> HttpResponse | None:
        if request.path.startswith(OPEN) or not lacks_factor(request):
            return None
        if wants_json(request):
            return JsonResponse({"message": NEEDED}, status=403)
        messages.warning(request, NEEDED)
        return redirect("mfa_index")


def lacks_factor(request: HttpRequest) -> bool:
    """Asks as little as it can: once seen, a factor is remembered in the session."""
    user = request.user
    if not isinstance(user, User) or request.session.get(FACTOR):
        return False
    if not needs_second_factor(user, getattr(request, "active", None)):
        return False
    if has_second_factor(user):
        request.session[FACTOR] = True
        return False
    return True
