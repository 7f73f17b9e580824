"""Signing in and out, and choosing the organization to work in."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods, require_POST

from apps.audit.actions import record_alone
from apps.tenants.access import activate, may_open, single_sign_on
from apps.tenants.lockout import locked_out_in_words
from apps.tenants.models import Organization, User
from apps.tenants.queries import choices_for, get_choice_to_enter
from apps.tenants.trail import note, note_refusal
from apps.web.guard import to_sign_in
from apps.web.lifetime import SIGNED_OUT, ended_in_words
from apps.web.sign_on import provider_for
from apps.web.sign_on_pages import send
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

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        how = self.request.GET.get("ended", "")
        mine = {"ended": ended_in_words(how), "forget": how == SIGNED_OUT}
        return super().get_context_data(**kwargs) | mine

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Without a password, people of a domain that has a provider are sent there, all alike."""
        if request.POST.get("password"):
            return super().post(request, *args, **kwargs)
        provider = provider_for(request.POST.get("username", ""))
        if provider is None:
            return super().post(request, *args, **kwargs)
        return send(request, provider, page=request.POST.get("next", ""))

    def form_invalid(self, form: Any) -> HttpResponse:
        login, locked = form["login"].value(), getattr(self.request, "axes_locked_out", False)
        note_refusal(login, locked=locked)
        words = locked_out_in_words(self.request, login or "") if locked else ""
        context = self.get_context_data(form=form, locked_out=words)
        return self.render_to_response(context, status=400)


@require_POST
@transaction.non_atomic_requests
def sign_out(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        note("tenants.user.signed_out", request.user, actor=request.user)
    logout(request)
    return redirect(f"{reverse('sign-in')}?ended={SIGNED_OUT}")


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.non_atomic_requests
def organizations(request: HttpRequest) -> HttpResponse:
    """Runs with no scope open: it reads one organization after another."""
    user = request.user
    if not isinstance(user, User):
        return to_sign_in(request)
    if request.method == "POST":
        return _enter(request, user)
    return _choices(request, user)


def _choices(
    request: HttpRequest, user: User, *, closed: Organization | None = None
) -> HttpResponse:
    active, bound = getattr(request, "active", None), single_sign_on(request)
    choices = choices_for(user)
    if bound:
        choices = [c for c in choices if c.organization.pk == bound.organization_id]
    here = [c for c in choices if active and c.organization.pk == active.organization_id]
    context = {"choices": choices, "here": here[0] if here else None, "closed": closed}
    return render(request, "web/organizations.html", context, status=403 if closed else 200)


def _enter(request: HttpRequest, user: User) -> HttpResponse:
    wanted = name_in(request.POST.get("organization"))
    if wanted is None:
        return redirect("organizations")
    organization = get_choice_to_enter(user, wanted).organization
    if not may_open(request, organization.pk):
        return _choices(request, user, closed=organization)
    activate(request, organization.pk)
    record_alone(
        organization.pk, "tenants.organization.activated", subject=organization, actor=user
    )
    return redirect("worklist")
