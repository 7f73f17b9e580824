"""Signing in and out, and choosing the organization to work in."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods, require_POST

from apps.audit.actions import record_alone
from apps.tenants.access import activate
from apps.tenants.models import User
from apps.tenants.queries import choices_for, get_choice_to_enter
from apps.tenants.trail import note, note_refusal
from apps.web.guard import to_sign_in
from apps.web.worklist import name_in


class SignInForm(LoginForm):
    def add_prefix(self, field_name: str) -> str:
        """Named as browsers and password managers know it."""
        return super().add_prefix("username" if field_name == "login" else field_name)


# Its events belong to an organization that is not open while a stranger asks.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class SignIn(LoginView):
    template_name = "web/sign_in.html"
    form_class = SignInForm
    http_method_names = ["get", "head", "post"]

    def form_invalid(self, form: Any) -> HttpResponse:
        locked = getattr(self.request, "axes_locked_out", False)
        note_refusal(form["login"].value(), locked=locked)
        return self.render_to_response(self.get_context_data(form=form), status=400)


@require_POST
@transaction.non_atomic_requests
def sign_out(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        note("tenants.user.signed_out", request.user, actor=request.user)
    logout(request)
    return redirect("sign-in")


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.non_atomic_requests
def organizations(request: HttpRequest) -> HttpResponse:
    """Runs with no scope open: it reads one organization after another."""
    user = request.user
    if not isinstance(user, User):
        return to_sign_in(request)
    if request.method == "POST":
        return _enter(request, user)
    active = getattr(request, "active", None)
    choices = choices_for(user)
    here = [c for c in choices if active and c.organization.pk == active.organization_id]
    context = {"choices": choices, "here": here[0] if here else None, "role_of": user}
    return render(request, "web/organizations.html", context)


def _enter(request: HttpRequest, user: User) -> HttpResponse:
    wanted = name_in(request.POST.get("organization"))
    if wanted is None:
        return redirect("organizations")
    organization = get_choice_to_enter(user, wanted).organization
    activate(request, organization.pk)
    record_alone(
        organization.pk, "tenants.organization.activated", subject=organization, actor=user
    )
    return redirect("worklist")
