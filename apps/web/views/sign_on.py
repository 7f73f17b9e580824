"""Single sign-on: the way to an organization's identity provider and back."""

from __future__ import annotations

import uuid

from allauth.account.adapter import get_adapter
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from apps.core.scope import organization_scope
from apps.tenants.access import Active, single_sign_on
from apps.tenants.models import IdentityProvider, SignOnAnswer
from apps.tenants.queries import permit
from apps.tenants.sign_on import oidc, saml
from apps.tenants.sign_on.accounts import claims_in, identity_of, keep_answer, use_answer
from apps.tenants.sign_on.asked import Asked
from apps.tenants.sign_on.errors import AnswerRefused, ProviderFault
from apps.tenants.sign_on.proof import SignOnProof
from apps.tenants.sign_on.saml_metadata import idp_of, our_metadata
from apps.tenants.sign_on.secrets import client_secret
from apps.web import sign_on
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.sign_on_pages import failed_page, refused_page
from apps.web.signing import carry_out
from apps.web.views import addenda, retractions
from apps.web.views import signing as reports
from apps.web.worklist import name_in

# What a person may have asked to sign, by the first word of its name.
ACTS = {
    "": reports.resumed,
    addenda.ACT: addenda.resumed,
    retractions.ACT: retractions.resumed,
}


@require_safe
@transaction.non_atomic_requests
def callback(request: HttpRequest, provider_id: uuid.UUID) -> HttpResponse:
    """OpenID Connect's answer, in the browser that asked."""
    provider = sign_on.active_provider_named(provider_id)
    with sign_on.scope_of(provider.organization_id):
        secret = client_secret(provider)
    try:
        asked = sign_on.take_asked(request, provider)
        address = sign_on.callback_of(request, provider)
        claims = oidc.claims_of(provider, secret, asked, address, request.GET.dict())
        with sign_on.scope_of(provider.organization_id):
            answer = keep_answer(provider, claims)
        return _answered(request, provider, asked, answer)
    except AnswerRefused as refused:
        return refused_page(request, provider, refused)
    except ProviderFault as fault:
        return failed_page(request, provider, fault)


# Posted from the provider's site, without our cookies: what it says is proven by its signature,
# and used only by the browser that asked.
@csrf_exempt
@require_POST
@transaction.non_atomic_requests
def acs(request: HttpRequest, provider_id: uuid.UUID) -> HttpResponse:
    """SAML's answer; the browser comes back with its own cookies by the redirect."""
    provider = sign_on.active_provider_named(provider_id)
    try:
        idp = idp_of(provider)
        posted = request.POST.get("SAMLResponse", "")
        claims = saml.claims_of(sign_on.sp_of(request, provider), idp, posted)
        with sign_on.scope_of(provider.organization_id):
            answer = keep_answer(provider, claims)
    except AnswerRefused as refused:
        return refused_page(request, provider, refused)
    except ProviderFault as fault:
        return failed_page(request, provider, fault)
    address = reverse("sso-finish", args=[provider.public_id])
    return HttpResponseRedirect(f"{address}?answer={answer.public_id}", status=303)


@require_safe
@transaction.non_atomic_requests
def finish(request: HttpRequest, provider_id: uuid.UUID) -> HttpResponse:
    """The second half of SAML's answer: only the browser that asked may use it."""
    provider = sign_on.active_provider_named(provider_id)
    named = name_in(request.GET.get("answer"))
    if named is None:
        raise Http404
    with sign_on.scope_of(provider.organization_id):
        answer = SignOnAnswer.objects.filter(provider=provider, public_id=named).first()
    if answer is None:
        raise Http404
    try:
        return _answered(request, provider, sign_on.take_asked(request, provider), answer)
    except AnswerRefused as refused:
        return refused_page(request, provider, refused)


@require_safe
@in_organization
def metadata(request: OrganizationRequest, provider_id: uuid.UUID) -> HttpResponse:
    """What the provider's administrator needs to know of the platform: names and addresses."""
    permit(request.active, "change_identity_providers")
    kind = IdentityProvider.Kind.SAML
    provider = IdentityProvider.objects.filter(public_id=provider_id, kind=kind).first()
    if provider is None:
        raise Http404
    document = our_metadata(sign_on.sp_of(request, provider))
    return HttpResponse(document, content_type="application/samlmetadata+xml")


def _answered(
    request: HttpRequest, provider: IdentityProvider, asked: Asked, answer: SignOnAnswer
) -> HttpResponse:
    if asked.wants_proof_now:
        return _sign(request, provider, asked, answer)
    claims = claims_in(answer)
    asked.check(claims, timezone.now().timestamp())
    with sign_on.scope_of(provider.organization_id):
        use_answer(answer)
        user = identity_of(provider, claims).user
    with organization_scope(provider.organization_id):
        get_adapter(request).login(request, user)
    sign_on.bind(request, provider, claims.subject)
    local = url_has_allowed_host_and_scheme(asked.page, None)
    return HttpResponseRedirect(asked.page) if local else redirect("worklist")


def _sign(
    request: HttpRequest, provider: IdentityProvider, asked: Asked, answer: SignOnAnswer
) -> HttpResponse:
    """What the person had before them is signed, by the same person, if nothing has changed."""
    bound, signing = single_sign_on(request), asked.signing
    active: Active | None = getattr(request, "active", None)
    if not bound or not active or not signing or bound.provider != str(provider.public_id):
        raise AnswerRefused("answers-nothing-asked")
    with sign_on.scope_of(active.organization_id):
        proof = SignOnProof(asked, answer, provider.kind)
        resumed = ACTS[signing.act.partition(":")[0]](request, signing)  # type: ignore[arg-type]
        return carry_out(request, resumed, other=proof)  # type: ignore[arg-type]
