"""OpenID Connect: the code flow with PKCE, and the ID token checked from end to end."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import quote, urlencode

import jwt
from django.conf import settings

from apps.tenants.models import IdentityProvider
from apps.tenants.sign_on.asked import Asked, Claims
from apps.tenants.sign_on.discovery import Endpoints, ask, discover, get_json
from apps.tenants.sign_on.errors import AnswerRefused
from apps.tenants.sign_on.strength import check_context, check_methods, contexts_of, methods_of

# Signed with a key of the provider's; never with the client's secret, never not at all.
ALGORITHMS: tuple[str, ...] = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
ALGORITHMS += ("ES256", "ES384", "ES512", "EdDSA")
REQUIRED = ["iss", "aud", "exp", "iat", "sub", "nonce"]
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


def address_to_ask(provider: IdentityProvider, asked: Asked, callback: str) -> str:
    """Where the browser is sent. Raises ProviderFault."""
    question = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": callback,
        "scope": "openid email profile",
        "state": asked.id,
        "nonce": asked.nonce,
        "code_challenge": asked.challenge,
        "code_challenge_method": "S256",
    }
    if asked.wants_proof_now:
        question |= {"prompt": "login", "max_age": "0"}
    if provider.required_contexts:
        question["acr_values"] = " ".join(contexts_of(provider))
    address = discover(provider).authorization
    return f"{address}{'&' if '?' in address else '?'}{urlencode(question)}"


def claims_of(
    provider: IdentityProvider, secret: str, asked: Asked, callback: str, given: dict[str, str]
) -> Claims:
    """What the answer in the callback's query says. Raises AnswerRefused, ProviderFault."""
    if not hmac.compare_digest(given.get("state", "").encode(), asked.id.encode()):
        raise AnswerRefused("answers-nothing-asked")
    # RFC 9207: an answer of another provider is not redeemed at this one.
    if given.get("iss", provider.issuer) != provider.issuer:
        raise AnswerRefused("other-issuer")
    if "error" in given or not given.get("code"):
        raise AnswerRefused("declined-by-the-provider")
    endpoints = discover(provider)
    form = {
        "grant_type": "authorization_code",
        "code": given["code"],
        "redirect_uri": callback,
        "code_verifier": asked.verifier,
        "client_id": provider.client_id,
    }
    tokens = _redeem(provider, secret, endpoints, form)
    said = _proven(provider, endpoints, asked, str(tokens.get("id_token", "")))
    check_context(contexts_of(provider), str(said.get("acr", "")))
    check_methods(methods_of(provider), _texts(said.get("amr")))
    if "email" not in said and endpoints.person and tokens.get("access_token"):
        said = _with_person(provider, endpoints, str(tokens["access_token"]), said)
    return _claims(provider, asked, said)


def _redeem(
    provider: IdentityProvider, secret: str, endpoints: Endpoints, form: dict[str, str]
) -> dict[str, Any]:
    headers = dict(FORM)
    if secret and "client_secret_basic" in endpoints.token_methods:
        # RFC 6749, 2.3.1: each part is form-encoded first.
        pair = f"{quote(provider.client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    elif secret:
        form["client_secret"] = secret
    body = urlencode(form).encode()
    return ask(provider, "POST", endpoints.token, headers=headers, body=body)


def _proven(
    provider: IdentityProvider, endpoints: Endpoints, asked: Asked, token: str
) -> dict[str, Any]:
    """The ID token's content (OpenID Connect Core 3.1.3.7)."""
    try:
        algorithm = jwt.get_unverified_header(token).get("alg")
        if algorithm not in ALGORITHMS:
            raise AnswerRefused("algorithm")
        key = _key_for(get_json(provider, endpoints.keys), jwt.get_unverified_header(token))
        said: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=[algorithm],
            audience=provider.client_id,
            issuer=provider.issuer,
            leeway=settings.SSO_CLOCK_SKEW_SECONDS,
            options={"require": REQUIRED},
        )
    except jwt.PyJWTError as error:
        raise AnswerRefused(CODES.get(type(error), "token-not-genuine")) from None
    if not hmac.compare_digest(str(said["nonce"]).encode(), asked.nonce.encode()):
        raise AnswerRefused("other-nonce")
    several = isinstance(said["aud"], list) and len(said["aud"]) > 1
    if said.get("azp", None if several else provider.client_id) != provider.client_id:
        raise AnswerRefused("wrong-audience")
    return said


CODES: dict[type[Exception], str] = {
    jwt.ExpiredSignatureError: "expired",
    jwt.ImmatureSignatureError: "not-yet-valid",
    jwt.InvalidAudienceError: "wrong-audience",
    jwt.InvalidIssuerError: "other-issuer",
    jwt.InvalidSignatureError: "wrong-signature",
    jwt.MissingRequiredClaimError: "incomplete",
}


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _key_for(keys: dict[str, Any], header: dict[str, Any]) -> jwt.PyJWK:
    """The provider's key of that name, or its only one."""
    usable = [key for key in jwt.PyJWKSet.from_dict(keys).keys if key.public_key_use != "enc"]
    named = header.get("kid")
    fitting = [key for key in usable if named is None or key.key_id == named]
    if len(fitting) != 1:
        raise AnswerRefused("unknown-key")
    return fitting[0]


def _with_person(
    provider: IdentityProvider, endpoints: Endpoints, token: str, said: dict[str, Any]
) -> dict[str, Any]:
    """Providers that keep the address out of the token tell it to whoever holds the other one."""
    person = get_json(provider, endpoints.person, Authorization=f"Bearer {token}")
    if person.get("sub") != said["sub"]:
        raise AnswerRefused("another-person")
    added = {name: person[name] for name in PERSON if name in person}
    return added | said


PERSON = ("email", "email_verified", "name", "given_name", "family_name")


def _claims(provider: IdentityProvider, asked: Asked, said: dict[str, Any]) -> Claims:
    email = said.get("email")
    vouched = said.get("email_verified", provider.trusts_email) is True
    at = said.get("auth_time")
    name = said.get("name") or f"{said.get('given_name', '')} {said.get('family_name', '')}"
    return Claims(
        # One answer to one request: a code that comes twice is the same answer.
        answer_id=hashlib.sha256(f"oidc {asked.id}".encode()).hexdigest(),
        in_response_to=asked.id,
        subject=str(said["sub"]),
        email=email.lower() if isinstance(email, str) and vouched else "",
        full_name=" ".join(str(name).split()),
        authenticated_at=float(at) if isinstance(at, int | float) else None,
    )
