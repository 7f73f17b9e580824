"""The API's door for files in parts: announce, send the parts, finish, end."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

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
from apps.ingestion.content import cap_of
from apps.ingestion.models import Ingress, UploadSession
from apps.ingestion.signed import NOT_SIGNED, Signed
from apps.ingestion.upload_actions import (
    Announced,
    begin_upload,
    complete_upload,
    part_addresses,
)
from apps.ingestion.upload_ends import AlreadyAccepted, abort_upload
from apps.ingestion.upload_refused import UploadRefused
from apps.integrations.api import serializers, upload_bodies, wanted
from apps.integrations.api.base import Operations
from apps.integrations.api.files import (
    DELIVERY_LABELS,
    KEY_HEADER,
    note_refusal,
    signature_to_send_with,
    site_of,
    stated_key,
    told,
)
from apps.integrations.api.problems import Problem
from apps.integrations.api.queries import get_upload_to_send, uploads_to_finish
from apps.tenants.clients import delivery_key
from apps.tenants.model_api import Scope

# What goes wrong with an announcement → the answer's code and the field at fault.
REFUSED: dict[type[Exception], tuple[str, str]] = {
    MayNotSubmit: ("type-sends-none", ""),
    OrganizationClosed: ("organization-closed", ""),
    TooLarge: ("too-large", "size"),
    EmptyFile: ("file-empty", "size"),
    DeliveryKeyReused: ("idempotency-key-reused", KEY_HEADER),
}
# Said of an upload → the problem it is; what is not here is a request that is not valid.
UPLOAD_PROBLEMS = {name: name for name in ("upload-ended", "uploads-open", "parts-missing")}


class Uploads(Operations):
    scopes = {"GET": Scope.FILES_WRITE, "POST": Scope.FILES_WRITE}

    @extend_schema(
        operation_id="listUploads",
        summary="See what is begun and not finished",
        description="Uploads of this API client, the first to end first, up to 200. Finish or end"
        " some where no further one may be begun.",
        responses=serializers.Unfinished,
    )
    def get(self, request: Request) -> Response:
        with transaction.atomic():
            found = uploads_to_finish(self.caller)
        return Response(serializers.Unfinished({"uploads": found}).data)

    @extend_schema(
        operation_id="beginUpload",
        summary="Announce a file that comes in parts",
        description="For large files, and for senders whose connection may break. The same"
        " Idempotency-Key is the same upload, with the parts that are there: 200.",
        request=serializers.UploadWanted,
        parameters=DELIVERY_LABELS,
        responses={200: serializers.Upload, 201: serializers.Upload},
    )
    def post(self, request: Request) -> Response:
        """No transaction is open here: storage is asked first, then the row is written."""
        http: HttpRequest = request._request
        labels = wanted.read(http.GET, wanted.FILES)
        key = stated_key(http)
        site = site_of(self.caller, labels.get("site"))
        stated = upload_bodies.read(serializers.UploadWanted, request)
        announced = Announced(
            source=Ingress.Source.API,
            idem_key=delivery_key(self.caller.client, key),
            filename=stated.get("filename", ""),
            content=stated["content"],
            size=stated["size"],
            content_hash=stated.get("sha256", ""),
            client=self.caller.client,
            site=site,
            priority=labels.get("priority", Priority.ROUTINE),
        )
        try:
            begun = begin_upload(announced)
        except RetryableError:
            raise _away() from None
        except UploadRefused as refused:
            note_refusal(self.caller, refused.code)
            raise _problem(refused) from None
        except TooLarge as error:
            most = f"“{announced.content}” has {cap_of(announced.content) >> 20} MB at most."
            raise _refused(self, error, most) from None
        except tuple(REFUSED) as error:
            raise _refused(self, error) from None
        return Response(
            shown(begun.upload),
            status=201 if begun.is_new else 200,
            headers={"Location": reverse("api:upload", args=[begun.upload.public_id])},
        )


class Upload(Operations):
    scopes = {"GET": Scope.FILES_WRITE}

    @extend_schema(
        operation_id="followUpload",
        summary="See which parts are there",
        responses=serializers.Upload,
    )
    def get(self, request: Request, upload_id: uuid.UUID) -> Response:
        return Response(shown(_found(self, upload_id)))


class UploadParts(Operations):
    scopes = {"POST": Scope.FILES_WRITE}

    @extend_schema(
        operation_id="addressParts",
        summary="Ask where parts are sent",
        description="Each address takes that one part, of that SHA-256 and length, by PUT with"
        " the given headers, for a quarter of an hour. No key is sent along. All parts have the"
        " upload's `part_size`, the last one what is left.",
        request=serializers.PartsWanted,
        responses=serializers.PartAddresses,
    )
    def post(self, request: Request, upload_id: uuid.UUID) -> Response:
        upload = _found(self, upload_id)
        stated = upload_bodies.read(serializers.PartsWanted, request)
        numbered = {part["number"]: part["sha256"] for part in stated["parts"]}
        try:
            parts = part_addresses(upload, numbered)
        except UploadRefused as refused:
            raise _problem(refused) from None
        except RetryableError:
            raise _away() from None
        http: HttpRequest = request._request
        rows = [_absolute(http, serializers.PartAddress(part).data) for part in parts]
        return Response({"parts": rows})


class UploadComplete(Operations):
    scopes = {"POST": Scope.FILES_WRITE}

    @extend_schema(
        operation_id="completeUpload",
        summary="Finish an upload",
        description="Once every part is there. From then on the file is accepted and followed by"
        " its own id; finished again, it is the same file: 200.",
        request=serializers.UploadHash,
        responses={200: serializers.File, 201: serializers.File},
    )
    def post(self, request: Request, upload_id: uuid.UUID) -> Response:
        upload = _found(self, upload_id)
        signed = _signed(request, self)
        stated = upload_bodies.read(serializers.UploadHash, request)
        if signed is not NOT_SIGNED and "sha256" not in stated:
            raise Problem("signature-incomplete", field="sha256", detail="Sign the file's hash.")
        try:
            accepted = complete_upload(
                upload, stated.get("sha256", ""), actor=self.caller.client, signed=signed
            )
        except RetryableError:
            raise _away() from None
        except UploadRefused as refused:
            raise _problem(refused) from None
        except tuple(REFUSED) as error:
            raise _refused(self, error) from None
        with transaction.atomic():
            return told(accepted)


class UploadAbort(Operations):
    scopes = {"POST": Scope.FILES_WRITE}

    @extend_schema(
        operation_id="abortUpload",
        summary="End an upload that is not finished",
        request=None,
        responses=serializers.Upload,
    )
    def post(self, request: Request, upload_id: uuid.UUID) -> Response:
        try:
            abort_upload(_found(self, upload_id), actor=self.caller.client)
        except AlreadyAccepted:
            raise Problem("upload-accepted") from None
        return Response(shown(_found(self, upload_id)))


def _signed(request: Request, view: Operations) -> Signed:
    """What the signature of the whole body is worth."""
    http: HttpRequest = request._request
    signature = signature_to_send_with(http, view.caller)
    return signature.verdict(hashlib.sha256(http.body).hexdigest()) if signature else NOT_SIGNED


def _found(view: Operations, upload_id: uuid.UUID) -> UploadSession:
    with transaction.atomic():
        return get_upload_to_send(view.caller, upload_id)


def shown(upload: UploadSession) -> dict[str, Any]:
    """Raises Problem where storage is away."""
    there: set[int] = set()
    if upload.state == UploadSession.State.OPEN:
        try:
            there = staging.present(upload)
        except staging.Ended:
            pass
        except RetryableError:
            raise _away() from None
    return {**serializers.Upload(upload).data, "parts": sorted(there)}


def _absolute(request: HttpRequest, part: dict[str, Any]) -> dict[str, Any]:
    """An address of ours with the host that was asked."""
    return {**part, "url": request.build_absolute_uri(part["url"])}


def _refused(view: Operations, error: Exception, words: str = "") -> Problem:
    code, field = REFUSED[type(error)]
    note_refusal(view.caller, code)
    return Problem(code, field=field, detail=words)


def _problem(refused: UploadRefused) -> Problem:
    code = UPLOAD_PROBLEMS.get(refused.code, "invalid-request")
    return Problem(code, field=refused.field, detail=refused.words)


def _away() -> Problem:
    return Problem("unavailable", Retry_After="60")
