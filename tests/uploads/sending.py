"""A sender of uploads in parts, on either kind of storage."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
import uuid
from typing import Any

from django.db import transaction
from django.test import Client

from apps.core.scope import organization_scope
from apps.ingestion.upload_actions import Announced, begin_upload, complete_upload, part_addresses
from apps.ingestion.upload_queries import upload_named


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def parts_of(data: bytes, size: int) -> dict[int, bytes]:
    starts = range(0, len(data), size)
    return {number: data[at : at + size] for number, at in enumerate(starts, 1)}


def announced(data: bytes, **given: Any) -> Announced:
    fields = {
        "source": "web",
        "idem_key": uuid.uuid4().hex,
        "filename": "ward.dcm",
        "content": "ecg",
        "size": len(data),
    }
    return Announced(**(fields | given))


def begin(organization, data: bytes, **given: Any):
    with organization_scope(organization.pk):
        return begin_upload(announced(data, **given)).upload


def again(upload):
    """As the next request finds it."""
    with organization_scope(upload.organization_id), transaction.atomic():
        return upload_named(upload.public_id, upload.source)


def addresses(upload, parts: dict[int, bytes]):
    with organization_scope(upload.organization_id):
        found = part_addresses(again(upload), {n: sha256(data) for n, data in parts.items()})
    return {one.number: one for one in found}


def put(address, data: bytes) -> int:
    """The status; a path of ours goes to the product, an address of a bucket to the gateway."""
    if address.url.startswith("/"):
        return Client().put(address.url, data, "application/octet-stream").status_code
    request = urllib.request.Request(address.url, data, address.headers, method="PUT")
    request.add_unredirected_header("Content-type", "application/octet-stream")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def send_parts(upload, data: bytes, *, without: int = 0) -> None:
    parts = parts_of(data, upload.part_size)
    parts.pop(without, None)
    for number, address in addresses(upload, parts).items():
        assert put(address, parts[number]) in (200, 204)


def finish(upload, data: bytes, content_hash: str = ""):
    with organization_scope(upload.organization_id):
        return complete_upload(again(upload), content_hash or sha256(data))


def upload_whole(organization, data: bytes, **given: Any):
    """Announced, sent and finished: the arrival."""
    upload = begin(organization, data, **given)
    send_parts(upload, data)
    return finish(upload, data).ingress
