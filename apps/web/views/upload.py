"""The web door: a page, and the address files are sent to."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from apps.audit.actions import record_alone
from apps.core.blobs.store import TooLarge
from apps.core.errors import RetryableError
from apps.ecg.models import Priority
from apps.ingestion import queries, staging
from apps.ingestion.actions import DeliveryKeyReused, EmptyFile, MayNotSubmit, accept
from apps.ingestion.models import Ingress
from apps.ingestion.upload_queries import unfinished_uploads_of
from apps.ingestion.uploads import CHUNK, MemoryHandler, whole_records
from apps.tenants.models import Site
from apps.tenants.queries import get_site_to_send_from, permit, sites
from apps.web.arrivals import rows_of
from apps.web.context import frame_of
from apps.web.guard import OrganizationRequest, in_organization, wants_json
from apps.web.middleware import CSP
from apps.web.worklist import name_in

MEGABYTE = 1024 * 1024
OWN_ONLY = "connect-src 'self'"


@require_safe
@in_organization
def upload(request: OrganizationRequest) -> HttpResponse:
    return _may_send(render(request, "web/upload.html", _page(request, [])))


def _may_send(page: HttpResponse) -> HttpResponse:
    """Large files go to the organization's own bucket, where it has one: there and nowhere else."""
    origin = staging.origin()
    if origin:
        wider = f"{OWN_ONLY} {origin}"
        page.headers["Content-Security-Policy"] = CSP.replace(OWN_ONLY, wider)
    return page


def _page(request: OrganizationRequest, refused: list[Received]) -> dict[str, Any]:
    frame = frame_of(request)
    assert frame is not None
    return {
        "sites": sites(request.active),
        "usual_site": frame.place.site,
        "priorities": Priority.choices,
        "limit_mb": settings.MAX_UPLOAD_BYTES // MEGABYTE,
        "part_bytes": settings.UPLOAD_PART_BYTES,
        "rows": rows_of(request.active, queries.recent_uploads_of(request.active, request.user)),
        "unfinished": unfinished_uploads_of(request.active, request.user),
        "refused": refused,
        "zone": ZoneInfo(frame.place.organization.time_zone),
    }


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one file at the door; `message` says why it was not kept."""

    name: str
    status: int
    message: str = ""
    arrival: Ingress | None = None


@dataclass(frozen=True, slots=True)
class Labels:
    site: Site | None
    priority: str


# The token is checked below, once the body is read our own way.
@csrf_exempt
@transaction.non_atomic_requests
@require_POST
@in_organization
def files(request: OrganizationRequest) -> HttpResponse:
    request.upload_handlers = [MemoryHandler(settings.MAX_UPLOAD_BYTES)]
    return _files(request)


@csrf_protect
def _files(request: OrganizationRequest) -> HttpResponse:
    """One file or record for scripts, several for the plain form; every one is answered for."""
    permit(request.active, "upload_files")
    sent = whole_records(request.FILES.getlist("file"))
    if not sent:
        return _answer(request, [Received("", 400, "No file was sent. Choose one or more files.")])
    with transaction.atomic():
        labels = _labels(request)
    keys = _keys(request, len(sent))
    received = [_receive(request, file, key, labels) for file, key in zip(sent, keys, strict=True)]
    return _answer(request, received)


def _labels(request: OrganizationRequest) -> Labels:
    wanted = name_in(request.POST.get("site"))
    site = get_site_to_send_from(request.active, wanted) if wanted else None
    priority = request.POST.get("priority", "")
    return Labels(site, priority if priority in Priority.values else Priority.ROUTINE)


def _keys(request: OrganizationRequest, count: int) -> list[uuid.UUID]:
    """The sender's own name for one file, so that sent again it is the same delivery."""
    stated = name_in(request.POST.get("upload_id"))
    return [stated] if stated and count == 1 else [uuid.uuid4() for _ in range(count)]


def _receive(
    request: OrganizationRequest, file: UploadedFile, key: uuid.UUID, labels: Labels
) -> Received:
    name = file.name or ""
    try:
        if getattr(file, "too_large", False):
            raise TooLarge
        accepted = accept(
            source=Ingress.Source.WEB,
            chunks=file.chunks(CHUNK),
            filename=name,
            idem_key=f"{request.user.public_id}/{key}",
            sender=request.user,
            site=labels.site,
            priority=labels.priority,
            kind=request.active.type,
        )
    except TooLarge:
        return _refuse(request, name, 413, "too-large", _too_large())
    except MayNotSubmit as refused:
        return _refuse(request, name, 403, "type-sends-none", str(refused))
    except EmptyFile:
        return _refuse(request, name, 400, "empty", "The file is empty. Export it again.")
    except DeliveryKeyReused:
        words = "Another file was sent under this name. Reload the page and send it again."
        return _refuse(request, name, 409, "key-reused", words)
    except RetryableError:
        words = "Storage is not available, so the file was not kept. Send it again in a minute."
        return Received(name, 503, words)
    return Received(name, 201, arrival=accepted.ingress)


def _too_large() -> str:
    return f"The file is larger than {settings.MAX_UPLOAD_BYTES // MEGABYTE} MB and was not kept."


def _refuse(
    request: OrganizationRequest, name: str, status: int, code: str, words: str
) -> Received:
    record_alone(
        request.active.organization_id,
        "ingestion.file.refused",
        actor=request.user,
        source=Ingress.Source.WEB.value,
        code=code,
    )
    return Received(name, status, words)


def _answer(request: OrganizationRequest, received: list[Received]) -> HttpResponse:
    refused = [one for one in received if one.arrival is None]
    if wants_json(request):
        return _json(received[0])
    if not refused:
        return redirect("upload")
    with transaction.atomic():
        page = render(request, "web/upload.html", _page(request, refused), status=refused[0].status)
        return _may_send(page)


def _json(one: Received) -> JsonResponse:
    if one.arrival is None:
        return JsonResponse({"message": one.message}, status=one.status)
    return JsonResponse(arrival_json(one.arrival), status=201)


def arrival_json(arrival: Ingress) -> dict[str, str]:
    """Where a script follows it."""
    name = arrival.public_id
    return {
        "id": str(name),
        "url": reverse("arrival", args=[name]),
        "status_url": reverse("arrival-status", args=[name]),
        "state": "working",
        "message": "",
    }
