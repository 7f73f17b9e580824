"""Where the parts of an upload lie until they are taken over, whichever storage keeps them.

In a bucket they are parts of one object that its sender writes there directly. Elsewhere each
part is an object of its own, sealed from the first write and bound to its place, and comes
through an address of ours that is signed for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.core import signing
from django.urls import reverse

from apps.core.blobs.sealing import seal, sealed_size, unseal
from apps.core.blobs.store import Engine, is_temporary
from apps.core.errors import UnavailableError
from apps.ingestion.models import UploadSession
from apps.tenants import blobs
from apps.tenants.model_storage import StorageLocation
from apps.tenants.places import bucket_in_use, engine_for

if TYPE_CHECKING:
    from apps.core.blobs.direct import DirectUploads

_signer = signing.TimestampSigner(salt="einthoven.upload.part")

log = structlog.get_logger(__name__)
_allowed: set[tuple[int | None, str]] = set()

SHORTEST = 5 << 20
METHOD = "PUT"
SENT_AS = "application/octet-stream"


class Ended(Exception):
    """The storage keeps nothing of it any more."""


class PartDiffers(Exception):
    """What was sent is not the part that the address was signed for; nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a part is sent, by PUT, with these headers; a path of ours where it has no host."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """What an address of ours is good for."""

    organization_id: int
    upload: str
    number: int
    size: int
    content_hash: str


def begin(upload: UploadSession) -> None:
    """Name the place its parts go to. Raises RetryableError."""
    upload.location = bucket_in_use()
    if upload.location is not None:
        # The protocol allows no shorter part but the last.
        upload.part_size = max(upload.part_size, SHORTEST)
        upload.storage_upload = _direct(upload).begin(_key(upload))


def origin() -> str:
    """Where the scope's organization's parts go by themselves; empty for the product itself.

    Raises RetryableError.
    """
    location = bucket_in_use()
    return "" if location is None else _direct_of(location).origin


def allow_pages_of(upload: UploadSession, page_origin: str) -> None:
    """Let the bucket take parts from pages of that origin; asked once by each process."""
    place = (upload.location_id, page_origin)
    if not upload.is_direct or place in _allowed:
        return
    if _direct(upload).allow_pages_of(page_origin):
        _allowed.add(place)
    else:
        log.warning("upload.pages_refused", code="bucket-cors")


def address(upload: UploadSession, number: int, content_hash: str) -> Address:
    size, seconds = upload.size_of(number), settings.UPLOAD_ADDRESS_SECONDS
    if upload.is_direct:
        found = _direct(upload).address(
            *(_key(upload), upload.storage_upload, number),
            size=size,
            sha256=content_hash,
            seconds=seconds,
        )
        return Address(found.url, found.headers)
    place = [upload.organization_id, upload.public_id.hex, number, size, content_hash]
    query = urlencode({"signed": _signer.sign_object(place)})
    path = reverse("upload-part", args=[upload.public_id, number])
    return Address(f"{path}?{query}", {"Content-Type": SENT_AS})


def claim_of(signed: str) -> Claim | None:
    """None for one that is not genuine or too old."""
    try:
        place = _signer.unsign_object(signed, max_age=settings.UPLOAD_ADDRESS_SECONDS)
    except signing.BadSignature:
        return None
    return Claim(*place)


def keep_part(claim: Claim, chunks: Iterable[bytes]) -> None:
    """Seal one part and keep it at its place. Raises PartDiffers, UnavailableError."""
    place, ring = blobs.engine_of(claim.organization_id), blobs.keyring_of(claim.organization_id)
    key = _part_key(claim.organization_id, claim.upload, claim.number)
    try:
        sealed = seal(_exactly(claim, chunks), claim.organization_id, ring, key.encode())
        temporary = place.write(f"org/{claim.organization_id}", sealed)
        place.replace(temporary, key)
    except OSError:
        raise UnavailableError("storage-unavailable") from None


def present(upload: UploadSession) -> set[int]:
    """Numbers of the parts that are there at their full length. Raises Ended, UnavailableError."""
    if upload.is_direct:
        return _present_in_bucket(upload)
    found = _entries(blobs.engine_of(upload.organization_id), f"{_key(upload)}/")
    numbers = {int(key[-5:]): size for key, size in found.items()}
    count = range(1, upload.part_count + 1)
    return {n for n in count if numbers.get(n) == sealed_size(upload.size_of(n))}


def finish(upload: UploadSession) -> None:
    """Put the parts together, once all are there; again it does nothing.

    Raises Ended, UnavailableError.
    """
    if not upload.is_direct:
        return
    from apps.core.blobs.direct import Gone

    direct = _direct(upload)
    try:
        parts = direct.parts(_key(upload), upload.storage_upload)
        direct.complete(_key(upload), upload.storage_upload, parts)
    except Gone:
        if not _is_whole(upload):
            raise Ended from None


def chunks(upload: UploadSession) -> Iterator[bytes]:
    """The plain bytes, in order. Raises FileNotFoundError, Unsealable, UnavailableError."""
    if upload.is_direct:
        place = next((one for one in _places(upload) if one.exists(_key(upload))), None)
        if place is None:
            raise FileNotFoundError
        yield from place.read(_key(upload))
        return
    own = upload.organization_id
    engine, ring = blobs.engine_of(own), blobs.keyring_of(own)
    for number in range(1, upload.part_count + 1):
        key = _part_key(own, upload.public_id.hex, number)
        yield from unseal(engine.read(key), own, ring, key.encode())


def clear(upload: UploadSession) -> None:
    """Leave nothing of it. Raises RetryableError."""
    try:
        if upload.is_direct:
            _direct(upload).abort(_key(upload), upload.storage_upload)
        for place in _places(upload):
            for key in _entries(place, _key(upload)):
                place.delete(key)
    except OSError:
        raise UnavailableError("storage-unavailable") from None


def _present_in_bucket(upload: UploadSession) -> set[int]:
    from apps.core.blobs.direct import Gone

    try:
        parts = _direct(upload).parts(_key(upload), upload.storage_upload)
    except Gone:
        if _is_whole(upload):
            return set(range(1, upload.part_count + 1))
        raise Ended from None
    return {one.number for one in parts if one.size == upload.size_of(one.number)}


def _is_whole(upload: UploadSession) -> bool:
    """Whether its parts were put together before."""
    found = _entries(engine_for(upload.location), _key(upload))
    return found.get(_key(upload)) == upload.size


def _direct(upload: UploadSession) -> DirectUploads:
    assert isinstance(upload.location, StorageLocation)
    return _direct_of(upload.location)


def _direct_of(location: StorageLocation) -> DirectUploads:
    from apps.core.blobs.direct import DirectUploads  # a library that takes long to load
    from apps.core.blobs.s3 import S3Engine

    engine = engine_for(location)
    assert isinstance(engine, S3Engine)
    return DirectUploads(engine)


def _places(upload: UploadSession) -> list[Engine]:
    """Where its bytes may lie: what was written before a move of the storage lies in the former
    place until that is emptied."""
    places = [blobs.engine_of(upload.organization_id)]
    return [*places, engine_for(upload.location)] if upload.is_direct else places


def _entries(place: Engine, prefix: str) -> dict[str, int]:
    return {one.key: one.size for one in place.entries(prefix) if not is_temporary(one.key)}


def _exactly(claim: Claim, chunks: Iterable[bytes]) -> Iterator[bytes]:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > claim.size:
            raise PartDiffers
        digest.update(chunk)
        yield chunk
    if size != claim.size or digest.hexdigest() != claim.content_hash:
        raise PartDiffers


def _key(upload: UploadSession) -> str:
    return f"org/{upload.organization_id}/staging/{upload.public_id.hex}"


def _part_key(organization_id: int, upload: str, number: int) -> str:
    return f"org/{organization_id}/staging/{upload}/{number:05}"
