"""Uploads in parts, for the upload page's script: begin, ask where parts go, finish, end."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from apps.audit.actions import record_alone
from apps.core.blobs.store import TooLarge
from apps.core.errors import RetryableError
from apps.ecg.models import Priority
from apps.ingestion import staging
from apps.ingestion.actions import (
    DeliveryKeyReused,
    EmptyFile,
    MayNotSubmit,
    OrganizationClosed,
)
from apps.ingestion.content import Content, cap_of
from apps.ingestion.models import Ingress, UploadSession
from apps.ingestion.upload_actions import (
    Announced,
    begin_upload,
    complete_upload,
    part_addresses,
)
from apps.ingestion.upload_ends import AlreadyAccepted, abort_upload
from apps.ingestion.upload_queries import get_upload_to_send
from apps.ingestion.upload_refused import UploadRefused
from apps.tenants.queries import get_site_to_send_from, permit
from apps.web.guard import OrganizationRequest, in_organization, wants_json
from apps.web.views.upload import arrival_json
from apps.web.worklist import name_in

# Parts asked for in one request.
MOST_PARTS = 100


@require_POST
@transaction.non_atomic_requests
@in_organization
def begin(request: OrganizationRequest) -> HttpResponse:
    permit(request.active, "upload_files")
    size, content = request.POST.get("size", ""), request.POST.get("content", "")
    key = name_in(request.POST.get("upload_id"))
    if key is None or content not in Content.values or not (size.isascii() and size.isdigit()):
        return _refuse(request, 400, "invalid", "The file could not be announced. Reload the page.")
    wanted, priority = name_in(request.POST.get("site")), request.POST.get("priority", "")
    with transaction.atomic():
        site = get_site_to_send_from(request.active, wanted) if wanted else None
    announced = Announced(
        source=Ingress.Source.WEB,
        idem_key=f"{request.user.public_id}/{key}",
        filename=request.POST.get("name", ""),
        content=content,
        size=int(size[:18]),
        sender=request.user,
        site=site,
        priority=priority if priority in Priority.values else Priority.ROUTINE,
    )
    try:
        begun = begin_upload(announced)
        staging.allow_pages_of(begun.upload, f"{request.scheme}://{request.get_host()}")
    except RetryableError:
        return _away()
    except TooLarge:
        words = f"The file is larger than {cap_of(content) >> 20} MB and was not taken."
        return _refuse(request, 413, "too-large", words)
    except EmptyFile:
        return _refuse(request, 400, "empty", "The file is empty. Export it again.")
    except MayNotSubmit as refused:
        return _refuse(request, 403, "type-sends-none", str(refused))
    except OrganizationClosed as closed:
        return _refuse(request, 403, closed.code, "The organization's doors are closed.")
    except UploadRefused as refused:
        return _refuse(request, 409, refused.code, refused.words)
    except DeliveryKeyReused:
        words = "Another file was announced under this name. Reload the page and choose it again."
        return _refuse(request, 409, "key-reused", words)
    return JsonResponse(_told(begun.upload), status=201 if begun.is_new else 200)


@require_safe
@transaction.non_atomic_requests
@in_organization
def status(request: OrganizationRequest, upload_id: uuid.UUID) -> HttpResponse:
    """How far it is: what is missing is to be sent."""
    try:
        return JsonResponse(_told(_found(request, upload_id)))
    except RetryableError:
        return _away()


@require_POST
@transaction.non_atomic_requests
@in_organization
def parts(request: OrganizationRequest, upload_id: uuid.UUID) -> HttpResponse:
    """Where parts go: each as number, colon and SHA-256."""
    upload = _found(request, upload_id)
    stated = [one.partition(":") for one in request.POST.getlist("part")[:MOST_PARTS]]
    wanted = {int(n): content_hash for n, _, content_hash in stated if n.isascii() and n.isdigit()}
    try:
        found = part_addresses(upload, wanted)
    except UploadRefused as refused:
        return _refuse(request, 409, refused.code, refused.words)
    except RetryableError:
        return _away()
    told = [{"number": one.number, "url": one.url, "headers": one.headers} for one in found]
    return JsonResponse({"method": staging.METHOD, "parts": told})


@require_POST
@transaction.non_atomic_requests
@in_organization
def complete(request: OrganizationRequest, upload_id: uuid.UUID) -> HttpResponse:
    upload = _found(request, upload_id)
    try:
        accepted = complete_upload(upload, request.POST.get("sha256", ""), actor=request.user)
    except UploadRefused as refused:
        status = 400 if refused.code.startswith("hash-") else 409
        return _refuse(request, status, refused.code, refused.words)
    except DeliveryKeyReused:
        words = "Another file was sent under this name. Reload the page and send it again."
        return _refuse(request, 409, "key-reused", words)
    except OrganizationClosed as closed:
        return _refuse(request, 403, closed.code, "The organization's doors are closed.")
    except RetryableError:
        return _away()
    return JsonResponse(arrival_json(accepted.ingress), status=201)


@require_POST
@transaction.non_atomic_requests
@in_organization
def abort(request: OrganizationRequest, upload_id: uuid.UUID) -> HttpResponse:
    """For scripts a word; the plain form goes back to its page, which shows what became of it."""
    try:
        abort_upload(_found(request, upload_id), actor=request.user)
    except AlreadyAccepted:
        if wants_json(request):
            words = "The file was accepted; it is an arrival."
            return _refuse(request, 409, "upload-accepted", words)
    return JsonResponse({"state": "aborted"}) if wants_json(request) else redirect("upload")


def _found(request: OrganizationRequest, upload_id: uuid.UUID) -> UploadSession:
    with transaction.atomic():
        return get_upload_to_send(request.active, upload_id)


def _told(upload: UploadSession) -> dict[str, Any]:
    """Without the file's name: whoever resumes has chosen the file again."""
    is_open = upload.state == UploadSession.State.OPEN
    arrival = arrival_json(upload.ingress) if upload.ingress else None
    return {
        "id": str(upload.public_id),
        "state": upload.state,
        "size": upload.size,
        "part_size": upload.part_size,
        "parts": sorted(_present(upload)) if is_open else [],
        "arrival": arrival,
    }


def _present(upload: UploadSession) -> set[int]:
    """The storage may have ended it before its time."""
    try:
        return staging.present(upload)
    except staging.Ended:
        return set()


def _refuse(request: OrganizationRequest, status: int, code: str, words: str) -> HttpResponse:
    record_alone(
        request.active.organization_id,
        "ingestion.file.refused",
        actor=request.user,
        source=Ingress.Source.WEB.value,
        code=code,
    )
    return JsonResponse({"code": code, "message": words}, status=status)


def _away() -> HttpResponse:
    words = "Storage is not available. Sending goes on by itself in a moment."
    return JsonResponse({"code": "unavailable", "message": words}, status=503)
