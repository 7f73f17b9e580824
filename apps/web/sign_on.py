"""Sending a browser to an identity provider, and the session that comes of its answer."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from apps.core.scope import current_organization, organization_scope
from apps.tenants.access import SESSION_KEY, SIGN_ON_KEY, single_sign_on
from apps.tenants.factors import FACTOR
from apps.tenants.lookups import identity_provider_of_domain, organization_of_identity_provider
from apps.tenants.models import IdentityProvider
from apps.tenants.sessions import follow
from apps.tenants.sign_on import oidc, saml
from apps.tenants.sign_on.asked import Asked, Signing, from_session, to_session
from apps.tenants.sign_on.errors import AnswerRefused
from apps.tenants.sign_on.saml_metadata import Sp, idp_of

ASKED_KEY = "single_sign_on_asked"

# Ways to change an account or to leave the organization, which its provider has no say over.
OWN_ACCOUNT = ("account_", "mfa_", "socialaccount_", "session")


@contextmanager
def scope_of(organization_id: int) -> Iterator[None]:
    """Scope and transaction. Raises Http404 while the browser works in another organization."""
    if current_organization() not in (None, organization_id):
        raise Http404
    with organization_scope(organization_id), transaction.atomic():
        yield


def active_provider_named(provider_id: uuid.UUID) -> IdentityProvider:
    """Raises Http404 for one that is out of use, as for one that is nowhere."""
    organization_id = organization_of_identity_provider(provider_id)
    if organization_id is None:
        raise Http404
    with scope_of(organization_id):
        rows = IdentityProvider.objects.select_related("organization")
        return rows.get(public_id=provider_id)


def provider_for(email: str) -> IdentityProvider | None:
    """By the domain alone: people known here and unknown ones are sent alike."""
    domain = email.strip().lower().rpartition("@")[2].rstrip(".")
    entry = identity_provider_of_domain(domain) if domain else None
    return active_provider_named(entry.provider) if entry else None


def sp_of(request: HttpRequest, provider: IdentityProvider) -> Sp:
    """What the platform is to this provider: every provider has addresses of its own."""
    named = [reverse(f"sso-{page}", args=[provider.public_id]) for page in ("metadata", "acs")]
    return Sp(*(request.build_absolute_uri(path) for path in named))


def callback_of(request: HttpRequest, provider: IdentityProvider) -> str:
    return request.build_absolute_uri(reverse("sso-callback", args=[provider.public_id]))


def begin(
    request: HttpRequest,
    provider: IdentityProvider,
    *,
    page: str = "",
    signing: Signing | None = None,
) -> str:
    """The address to send the browser to; its session keeps the question. Raises ProviderFault."""
    now = timezone.now().timestamp()
    about = (provider.organization_id, str(provider.public_id), now)
    if provider.kind == IdentityProvider.Kind.OIDC:
        asked = Asked(secrets.token_urlsafe(32), *about, page=page, signing=signing)
        address = oidc.address_to_ask(provider, asked, callback_of(request, provider))
    else:
        idp = idp_of(provider)
        question = saml.question(sp_of(request, provider), idp, proof_now=signing is not None)
        asked = Asked(question.id, *about, page=page, signing=signing)
        address = question.address
    request.session[ASKED_KEY] = to_session(asked)
    return address


def take_asked(request: HttpRequest, provider: IdentityProvider) -> Asked:
    """What this browser asked of this provider, once. Raises AnswerRefused."""
    asked = from_session(request.session.pop(ASKED_KEY, None))
    if asked.provider != str(provider.public_id):
        raise AnswerRefused("answers-nothing-asked")
    return asked


def bind(request: HttpRequest, provider: IdentityProvider, subject: str) -> None:
    """The session opens the provider's organization, no other, and only for so long."""
    follow(request, provider.organization_id)
    request.session[SESSION_KEY] = provider.organization_id
    # How people prove themselves there is checked by what the organization asks of the provider.
    request.session[FACTOR] = True
    request.session[SIGN_ON_KEY] = {
        "organization_id": provider.organization_id,
        "provider": str(provider.public_id),
        "name": provider.name,
        "subject": subject,
        "until": timezone.now().timestamp() + settings.SSO_SESSION_SECONDS,
    }


def end_if_over(request: HttpRequest) -> None:
    bound = single_sign_on(request)
    if bound and timezone.now().timestamp() > bound.until:
        logout(request)


class BoundSession:
    """A session that a provider began is of its organization or of nothing at all."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        if single_sign_on(request) and request.active is None:  # type: ignore[attr-defined]
            logout(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        match = request.resolver_match
        name = match.view_name if match else ""
        if single_sign_on(request) and name.startswith(OWN_ACCOUNT):
            raise PermissionDenied
