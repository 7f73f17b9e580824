"""The address that parts are sent to where no bucket takes them: good for what it is signed for.

Whoever has the address may send that one part, without a session or a key.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from apps.core.scope import organization_scope
from apps.ingestion import staging
from apps.ingestion.upload_ends import clear_stray
from apps.ingestion.upload_queries import takes_parts
from apps.ingestion.uploads import CHUNK
from apps.tenants.limits import spend
from apps.tenants.model_limits import Door
from apps.web.views import errors


@csrf_exempt
@transaction.non_atomic_requests
@require_http_methods([staging.METHOD])
def part(request: HttpRequest, upload_id: uuid.UUID, number: int) -> HttpResponse:
    claim = staging.claim_of(request.GET.get("signed", ""))
    if claim is None or (claim.upload, claim.number) != (upload_id.hex, number):
        return _refuse(403, "address-invalid", "This address is not good, or not any more.")
    with organization_scope(claim.organization_id):
        wait_s = spend(Door.UPLOAD)
        if wait_s:
            return errors.too_many(request, wait_s)
        return _take(request, upload_id, claim)


def _take(request: HttpRequest, upload_id: uuid.UUID, claim: staging.Claim) -> HttpResponse:
    if not _is_open(upload_id):
        return _ended()
    try:
        staging.keep_part(claim, _body(request))
    except staging.PartDiffers:
        return _refuse(400, "part-differs", "These are not the bytes that the address is for.")
    if not _is_open(upload_id):
        clear_stray(upload_id)
        return _ended()
    return HttpResponse(status=204)


def _is_open(upload_id: uuid.UUID) -> bool:
    with transaction.atomic():
        return takes_parts(upload_id)


def _body(request: HttpRequest) -> Iterator[bytes]:
    while chunk := request.read(CHUNK):
        yield chunk


def _ended() -> HttpResponse:
    return _refuse(410, "upload-ended", "This upload was ended. Begin a new one.")


def _refuse(status: int, code: str, words: str) -> HttpResponse:
    return JsonResponse({"code": code, "message": words}, status=status)
