"""What was asked of a provider, kept in the asking browser's session until the answer comes."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings

from apps.tenants.sign_on.errors import AnswerRefused


@dataclass(frozen=True, slots=True)
class Claims:
    """What a proven answer says. `email` is one the provider vouches for, else empty."""

    answer_id: str
    in_response_to: str
    subject: str
    email: str
    full_name: str
    # Seconds since 1970; None where the provider does not say.
    authenticated_at: float | None


@dataclass(frozen=True, slots=True)
class Signing:
    """The report version that the person is about to sign: exactly what was shown.

    `act` names what is signed where it is not the report's draft.
    """

    report: str
    revision: int
    viewed: str
    then: str
    user_id: int
    subject: str
    meaning: str = ""
    act: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `id` is the state (OpenID Connect) or the request's ID (SAML)."""

    id: str
    organization_id: int
    provider: str
    asked_at: float
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    page: str = ""
    signing: Signing | None = None

    @property
    def challenge(self) -> str:
        """RFC 7636, S256."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    @property
    def wants_proof_now(self) -> bool:
        """Signing takes no sign-in of earlier."""
        return self.signing is not None

    def check(self, claims: Claims, now: float) -> None:
        """Raises AnswerRefused for an answer to another request, of another person or too old."""
        if claims.in_response_to != self.id:
            raise AnswerRefused("answers-nothing-asked")
        if now - self.asked_at > settings.SSO_ANSWER_SECONDS:
            raise AnswerRefused("answered-too-late")
        if self.signing is None:
            return
        if claims.subject != self.signing.subject:
            raise AnswerRefused("another-person")
        self._check_proof(claims.authenticated_at, now)

    def _check_proof(self, at: float | None, now: float) -> None:
        skew = settings.SSO_CLOCK_SKEW_SECONDS
        if at is None:
            raise AnswerRefused("time-of-sign-in-not-said")
        if at < self.asked_at - skew:
            raise AnswerRefused("not-signed-in-anew")
        if at > now + skew:
            raise AnswerRefused("signed-in-in-the-future")


def to_session(asked: Asked) -> dict[str, Any]:
    return asdict(asked)


def from_session(kept: dict[str, Any] | None) -> Asked:
    """Raises AnswerRefused where this browser asked nothing."""
    if not kept:
        raise AnswerRefused("answers-nothing-asked")
    signing = kept.get("signing")
    return Asked(**{**kept, "signing": Signing(**signing) if signing else None})
