"""Signed requests: HTTP Message Signatures (RFC 9421) over a Content-Digest (RFC 9530), Ed25519.

What a person must look at is kept and held: an unknown key, a byte that is not what was signed.
What is not a signed request, or an old one, is refused before anything is kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import http_sf
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from http_message_signatures import (
    HTTPMessageVerifier,
    InvalidSignature,
    MappingKeyResolver,
    algorithms,
)

from apps.ingestion.signed import (
    ALTERED,
    FALSE,
    KEY_RETIRED,
    KEY_REVOKED,
    KEY_UNKNOWN,
    Signed,
)
from apps.integrations.api.problems import Problem
from apps.integrations.submissions.sender import (
    NONCE,
    NONCE_FORM,
    PURPOSE,
    SENDER,
    TIMESTAMP,
    WINDOW,
    use_up,
)
from apps.tenants.clients import Caller
from apps.tenants.models import SigningKey
from apps.tenants.signing_keys import opened, signing_key_of

INPUT, SIGNATURE, DIGEST = "Signature-Input", "Signature", "Content-Digest"
ALGORITHM = "ed25519"
# What a signature covers always, and what it covers where the request has it.
ALWAYS = ("@method", "@path", "content-digest")
WHERE_GIVEN = ("Idempotency-Key", SENDER, TIMESTAMP, NONCE, PURPOSE)


@dataclass(frozen=True, slots=True)
class Stated:
    """What a signature says of itself; nothing of it is believed before it is verified."""

    covered: frozenset[str]
    key_id: str
    created: int
    nonce: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature whose form and time are right: of which digest, and whether it holds."""

    key: SigningKey | None
    code: str
    sha256: str

    def verdict(self, sha256: str) -> Signed:
        """Of the bytes that came, by their hash."""
        if self.code:
            return Signed(None, self.code)
        return Signed(self.key, "" if sha256 == self.sha256 else ALTERED)


def signature_of(request: HttpRequest, caller: Caller) -> Signature | None:
    """None where nothing is signed and need not be. Raises Problem.

    A signature that holds has used up its nonce. Call in the caller's scope, with no transaction
    open.
    """
    given = request.headers.get(INPUT, ""), request.headers.get(SIGNATURE, "")
    if not any(given):
        if caller.needs_signature:
            raise Problem("signature-missing", field=SIGNATURE)
        return None
    stated = _stated(given[0])
    _check_coverage(request, stated)
    _check_time(stated)
    digest = _digest(request.headers.get(DIGEST, ""))
    with transaction.atomic():
        key = signing_key_of(caller.client, stated.key_id)
    code = _fault(request, stated, key)
    if not code:
        use_up(stated.nonce, caller, field=INPUT)
    return Signature(key, code, digest)


def _stated(text: str) -> Stated:
    """Raises Problem where it is not one signature with what is asked for."""
    try:
        found: Any = http_sf.parse(text.encode("ascii"), tltype="dictionary")
        ((components, said),) = found.values()
        covered = frozenset(name for name, parameters in components if not parameters)
        stated = Stated(covered, said["keyid"], said["created"], said.get("nonce", ""))
    except (ValueError, TypeError, KeyError, AttributeError):
        words = "Give one signature, with created, keyid and nonce."
        raise Problem("signature-malformed", field=INPUT, detail=words) from None
    kinds = (type(stated.key_id), type(stated.created), type(stated.nonce))
    if kinds != (str, int, str) or said.get("alg", ALGORITHM) != ALGORITHM:
        words = "keyid and nonce are texts, created is a number, alg is ed25519."
        raise Problem("signature-malformed", field=INPUT, detail=words)
    if not NONCE_FORM.fullmatch(stated.nonce):
        words = "Give a nonce of 16 to 64 letters and digits that you never gave before."
        raise Problem("nonce-missing", field=INPUT, detail=words)
    return stated


def _check_coverage(request: HttpRequest, stated: Stated) -> None:
    wanted = [*ALWAYS, *(name.lower() for name in WHERE_GIVEN if name in request.headers)]
    wanted += ["@query"] if request.META.get("QUERY_STRING") else []
    missing = [name for name in wanted if name not in stated.covered]
    if missing:
        words = f"The signature must cover {', '.join(missing)}."
        raise Problem("signature-incomplete", field=INPUT, detail=words)


def _check_time(stated: Stated) -> None:
    try:
        created = dt.datetime.fromtimestamp(stated.created, dt.UTC)
    except (ValueError, OverflowError, OSError):
        raise Problem("signature-malformed", field=INPUT) from None
    if abs(timezone.now() - created) > WINDOW:
        raise Problem("request-stale", field=INPUT)


def _digest(text: str) -> str:
    """The SHA-256 that is stated, in hexadecimal digits."""
    try:
        found: Any = http_sf.parse(text.encode("ascii"), tltype="dictionary")
        value, _ = found["sha-256"]
        return bytes(value).hex()
    except (ValueError, TypeError, KeyError):
        words = "Give the SHA-256 of the body: sha-256=:…:"
        raise Problem("signature-malformed", field=DIGEST, detail=words) from None


class _Verifier(HTTPMessageVerifier):
    # How old or early it may be was looked at before, with a code of its own.
    max_clock_skew = WINDOW


@dataclass(frozen=True, slots=True)
class _Message:
    method: str
    url: str
    headers: Mapping[str, str]


def _fault(request: HttpRequest, stated: Stated, key: SigningKey | None) -> str:
    """The code of what keeps the signature from being believed, or nothing."""
    if key is None:
        return KEY_UNKNOWN
    if key.revoked_at is not None:
        return KEY_REVOKED
    if key.retired_at is not None and stated.created >= key.retired_at.timestamp():
        return KEY_RETIRED
    message = _Message(str(request.method), request.build_absolute_uri(), request.headers)
    keys = MappingKeyResolver(public_keys={stated.key_id: opened(key)}, private_keys={})
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=keys)
    try:
        verifier.verify(message, max_age=None)
    except InvalidSignature:
        return FALSE
    return ""
