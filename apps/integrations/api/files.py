"""The API's door for files: accept, and follow."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.actions import record_alone
from apps.core.blobs.store import TooLarge
from apps.core.errors import RetryableError
from apps.ecg.models import Priority
from apps.ingestion.actions import (
    Accepted,
    DeliveryKeyReused,
    EmptyFile,
    MayNotSubmit,
    OrganizationClosed,
    accept,
)
from apps.ingestion.models import Ingress
from apps.ingestion.uploads import CHUNK, MemoryHandler
from apps.integrations.api import serializers, wanted
from apps.integrations.api.base import Operations
from apps.integrations.api.problems import Problem
from apps.integrations.api.queries import get_file_to_follow, get_site_to_send_from
from apps.integrations.api.signatures import Signature, signature_of
from apps.tenants.clients import Caller, delivery_key
from apps.tenants.model_api import Scope
from apps.tenants.models import Site

KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 255

# What a sender says of a delivery beside its bytes.
DELIVERY_LABELS = [
    OpenApiParameter(
        KEY_HEADER,
        str,
        OpenApiParameter.HEADER,
        description="Your own name for this delivery, up to 255 characters of ASCII. Send one.",
    ),
    OpenApiParameter("site", OpenApiTypes.UUID, description="Where it comes from."),
    OpenApiParameter("priority", enum=list(Priority.values), description="routine if left out."),
]


class Truncated(Exception):
    """The sender went away, or stated a length that was not true."""


# What goes wrong with a file → the answer's code.
REFUSED: dict[type[Exception], str] = {
    MayNotSubmit: "type-sends-none",
    OrganizationClosed: "organization-closed",
    TooLarge: "too-large",
    EmptyFile: "file-empty",
    DeliveryKeyReused: "idempotency-key-reused",
    Truncated: "body-incomplete",
}


class Files(Operations):
    scopes = {"POST": Scope.FILES_WRITE}

    @extend_schema(
        operation_id="sendFile",
        summary="Send a file",
        description="The bytes as the body, or one part named `file` of multipart/form-data. Sent"
        " again under the same Idempotency-Key it is the same delivery: 200 and the same id.",
        request={
            "application/octet-stream": OpenApiTypes.BINARY,
            "multipart/form-data": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            },
        },
        parameters=DELIVERY_LABELS,
        responses={200: serializers.File, 201: serializers.File},
    )
    def post(self, request: Request) -> Response:
        """No transaction is open here: bytes are stored first, then the row, then the answer."""
        http: HttpRequest = request._request
        labels = wanted.read(http.GET, wanted.FILES)
        key = stated_key(http)
        site = site_of(self.caller, labels.get("site"))
        signature = signature_to_send_with(http, self.caller)
        chunks, filename = body_of(http)
        try:
            accepted = accept(
                source=Ingress.Source.API,
                chunks=chunks,
                filename=filename,
                idem_key=delivery_key(self.caller.client, key),
                client=self.caller.client,
                site=site,
                priority=labels.get("priority", Priority.ROUTINE),
                signature=signature.verdict if signature else None,
                kind=self.caller.type,
            )
        except RetryableError:
            raise Problem("unavailable", Retry_After="60") from None
        except tuple(REFUSED) as error:
            raise self._refused(error) from None
        # A delivery sent again may have its recording by now, which only a transaction shows.
        with nullcontext() if accepted.is_new else transaction.atomic():
            return told(accepted)

    def _refused(self, error: Exception) -> Problem:
        code = REFUSED[type(error)]
        note_refusal(self.caller, code)
        return Problem(code, field=KEY_HEADER if code == "idempotency-key-reused" else "")


def signature_to_send_with(request: HttpRequest, caller: Caller) -> Signature | None:
    """Raises Problem, once the refusal is on the organization's record."""
    try:
        signature = signature_of(request, caller)
    except Problem as refused:
        note_refusal(caller, refused.code)
        raise
    if signature and (request.content_type or "").startswith("multipart/"):
        words = "A signed file is the body itself, not a part of a form."
        raise Problem("invalid-request", field="Content-Type", detail=words)
    return signature


def site_of(caller: Caller, name: uuid.UUID | None) -> Site | None:
    if name is None:
        return None
    with transaction.atomic():
        return get_site_to_send_from(caller, name)


def note_refusal(caller: Caller, code: str) -> None:
    record_alone(
        caller.organization_id,
        "ingestion.file.refused",
        actor=caller.client,
        source=Ingress.Source.API.value,
        code=code,
    )


def stated_key(request: HttpRequest) -> str:
    key: str = request.headers.get(KEY_HEADER, "")
    if len(key) > LONGEST_KEY or not (key.isascii() and (key.isprintable() or not key)):
        words = f"Up to {LONGEST_KEY} printable characters of ASCII."
        raise Problem("invalid-request", field=KEY_HEADER, detail=words)
    return key


def body_of(request: HttpRequest) -> tuple[Iterator[bytes], str]:
    """The file's bytes and, from a form, its name."""
    if (request.content_type or "").startswith("multipart/"):
        return _part_of(request)
    return _whole(request), ""


def _whole(request: HttpRequest) -> Iterator[bytes]:
    """Never held in memory; half a file is not a file."""
    left = int(request.META.get("CONTENT_LENGTH") or 0)
    while chunk := request.read(CHUNK):
        left -= len(chunk)
        yield chunk
    if left > 0:
        raise Truncated


def _part_of(request: HttpRequest) -> tuple[Iterator[bytes], str]:
    request.upload_handlers = [MemoryHandler(settings.MAX_UPLOAD_BYTES)]
    try:
        sent: list[Any] = request.FILES.getlist("file")
    except MultiPartParserError:
        raise Problem("invalid-request", detail="The form could not be read.") from None
    if len(sent) != 1:
        raise Problem("invalid-request", field="file", detail="Send one file a request.")
    if sent[0].too_large:
        raise Problem("too-large")
    return sent[0].chunks(CHUNK), sent[0].name or ""


def told(accepted: Accepted) -> Response:
    """A delivery sent again is told as it stands now."""
    return Response(
        serializers.File(accepted.ingress).data,
        status=201 if accepted.is_new else 200,
        headers={"Location": reverse("api:file", args=[accepted.ingress.public_id])},
    )


class File(Operations):
    scopes = {"GET": Scope.FILES_READ}

    @extend_schema(
        operation_id="followFile",
        summary="Follow a file",
        description="`received`, `processing`, then `done` or `duplicate` with its recording, or"
        " `quarantined` or `dead` with the reason. Ask again after some seconds until then.",
        responses=serializers.File,
    )
    def get(self, request: Request, file_id: uuid.UUID) -> Response:
        return Response(serializers.File(get_file_to_follow(self.caller, file_id)).data)
