"""The pages between here and an identity provider, and those that say it came to nothing."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.audit.actions import record_alone
from apps.core.scope import organization_scope
from apps.tenants.models import IdentityProvider, User
from apps.tenants.sign_on.asked import Signing
from apps.tenants.sign_on.errors import AnswerRefused, ProviderFault
from apps.web import sign_on


def send(
    request: HttpRequest,
    provider: IdentityProvider,
    *,
    page: str = "",
    signing: Signing | None = None,
) -> HttpResponse:
    """A page that goes on by itself: a form may not be redirected to another site."""
    try:
        address = sign_on.begin(request, provider, page=page, signing=signing)
    except ProviderFault as fault:
        return failed_page(request, provider, fault)
    context = {"address": address, "host": urlsplit(address).hostname, "provider": provider}
    return render(request, "web/sign_on.html", context)


def refused_page(
    request: HttpRequest, provider: IdentityProvider, refused: AnswerRefused
) -> HttpResponse:
    """On the organization's record with the reason; the page says the same to everybody."""
    user = request.user if isinstance(request.user, User) else None
    _note(provider, "tenants.user.refused", refused.code, user)
    context = {"provider": provider}
    return render(request, "web/sign_on_refused.html", context, status=403)


def failed_page(
    request: HttpRequest, provider: IdentityProvider, fault: ProviderFault
) -> HttpResponse:
    _note(provider, "tenants.provider.failed", fault.code, None)
    return render(request, "web/sign_on_failed.html", {"provider": provider}, status=503)


def _note(provider: IdentityProvider, code: str, reason: str, user: User | None) -> None:
    with organization_scope(provider.organization_id):
        record_alone(
            provider.organization_id,
            code,
            subject=provider,
            actor=user,
            source=provider.kind,
            code=reason,
        )
