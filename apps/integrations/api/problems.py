"""Answers to what went wrong, as RFC 9457 problems: our code, the field, never its content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.views import set_rollback

from apps.core.blobs.sealing import KEY_GONE, Unsealable
from apps.core.blobs.store import Corrupt

API = "/api/"
CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    status: int
    title: str


KINDS: dict[str, Kind] = {
    "invalid-request": Kind(400, "The request is not valid."),
    "body-incomplete": Kind(400, "The body ended before its stated length."),
    "file-empty": Kind(400, "The file is empty."),
    "sender-missing": Kind(400, "Say who asks: X-Sender, the id of your API client."),
    "timestamp-missing": Kind(400, "Say when you ask: X-Timestamp."),
    "nonce-missing": Kind(400, "Give a word that was never given before: X-Nonce."),
    "purpose-missing": Kind(400, "Say what it is for: X-Purpose-Of-Use."),
    "plain-http": Kind(400, "An ECG is fetched by https only."),
    "digest-differs": Kind(400, "The hash of the data is not the stated one."),
    "size-differs": Kind(400, "The length of the data is not the stated one."),
    "signature-malformed": Kind(400, "The request's signature cannot be read."),
    "signature-incomplete": Kind(400, "The signature does not cover all that it must."),
    "key-missing": Kind(401, "Show a key: Authorization: Bearer …"),
    "key-invalid": Kind(401, "The key is not known, has ended or was revoked."),
    "scope-missing": Kind(403, "The key does not have the scope this operation asks for."),
    "tls-required": Kind(403, "Use HTTPS. A key that was shown without it: have it replaced."),
    "sender-differs": Kind(403, "The key is of another API client than the sender."),
    "request-stale": Kind(403, "The request is too old, or its clock is ahead."),
    "purpose-not-accepted": Kind(403, "ECGs are taken for care: TREAT, ETREAT or CAREMGT."),
    "host-not-allowed": Kind(403, "The host is not on your organization's list."),
    "signature-missing": Kind(403, "ECGs of this API client must be signed."),
    "signature-not-valid": Kind(403, "The signature does not hold, so nothing is fetched."),
    "certificate-missing": Kind(403, "This API client must show its certificate."),
    "certificate-unknown": Kind(403, "The certificate is not one of this API client."),
    "certificate-expired": Kind(403, "The certificate has ended, or has not begun."),
    "certificate-revoked": Kind(403, "The certificate was revoked."),
    "type-sends-none": Kind(403, "An organization of this type sends no ECGs."),
    "organization-closed": Kind(403, "The organization's doors are closed."),
    "not-found": Kind(404, "Nothing here for this key."),
    "method-not-allowed": Kind(405, "This address does not take that method."),
    "request-replayed": Kind(409, "This request was made before."),
    "order-completed": Kind(409, "The order is completed, so it cannot be called off."),
    "order-called-off": Kind(409, "The order was called off. Place another one."),
    "order-of-another-patient": Kind(409, "The order is held for another patient."),
    "parts-missing": Kind(409, "Not every part is there."),
    "upload-accepted": Kind(409, "This upload is finished; its file was accepted."),
    "uploads-open": Kind(409, "Too many uploads are begun and not finished."),
    "upload-ended": Kind(409, "This upload was ended. Begin a new one."),
    "key-destroyed": Kind(410, "The key of this organization's data was destroyed."),
    "length-required": Kind(411, "State the length of the body: Content-Length."),
    "too-large": Kind(413, "It is larger than this address takes."),
    "media-type-unsupported": Kind(415, "This address does not take that kind of body."),
    "idempotency-key-reused": Kind(422, "The Idempotency-Key names a delivery of other bytes."),
    "too-many-requests": Kind(429, "Too many requests of your organization. Wait, then go on."),
    "internal": Kind(500, "Something failed on our side. Try again."),
    "not-genuine": Kind(500, "What is stored did not pass its check and is not given out."),
    "certificate-status-unknown": Kind(
        503,
        "Whether the certificate was revoked is not known: the list is out of date or not genuine.",
    ),
    "unavailable": Kind(503, "Storage is not available. Send it again in a minute."),
}
BY_STATUS = {kind.status: code for code, kind in reversed(KINDS.items())}


class Problem(Exception):
    """Ends a request; what it did in the database is undone."""

    def __init__(self, code: str, *, field: str = "", detail: str = "", **headers: str) -> None:
        super().__init__(code)
        self.code, self.field, self.detail, self.headers = code, field, detail, headers


def problem(
    code: str, *, field: str = "", detail: str = "", headers: dict[str, str] | None = None
) -> JsonResponse:
    kind = KINDS[code]
    body = {
        "type": f"urn:einthoven:problem:{code}",
        "title": kind.title,
        "status": kind.status,
        "code": code,
        "field": field,
        "detail": detail,
    }
    said = {name: value for name, value in body.items() if value}
    return JsonResponse(said, status=kind.status, content_type=CONTENT_TYPE, headers=headers)


def of_status(status: int, **headers: str) -> JsonResponse:
    """For what is refused before an operation is reached."""
    return problem(BY_STATUS.get(status, "internal"), headers=dict(headers))


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith(API)


def answer(error: Exception, _context: Any) -> JsonResponse | None:
    """The exception handler of every operation; None leaves it to the server's own."""
    set_rollback()
    if isinstance(error, Problem):
        own = {name.replace("_", "-"): text for name, text in error.headers.items()}
        return problem(error.code, field=error.field, detail=error.detail, headers=own)
    if isinstance(error, Http404):
        return problem("not-found")
    if isinstance(error, Unsealable) and error.code == KEY_GONE:
        return problem("key-destroyed")
    if isinstance(error, (Unsealable, Corrupt)):
        return problem("not-genuine")
    if isinstance(error, PermissionDenied):
        return problem("scope-missing", detail=str(error))
    if isinstance(error, exceptions.APIException):
        headers = {"Allow": _allowed(_context)} if error.status_code == 405 else None
        return problem(BY_STATUS.get(error.status_code, "invalid-request"), headers=headers)
    return None


def _allowed(context: Any) -> str:
    return ", ".join(context["view"].allowed_methods)
