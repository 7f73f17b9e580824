"""Uploads in parts: announced, sent, finished, ended.

Nothing here sees a byte. A finished upload is accepted: its row is on the queue, and the scan
takes its bytes over from staging.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.audit import actions as audit
from apps.core.blobs.store import TooLarge
from apps.core.drain import wake_on_commit
from apps.core.errors import RetryableError
from apps.core.insert import insert_unless_there
from apps.core.scope import required_organization
from apps.ecg.models import Priority
from apps.ingestion import staging
from apps.ingestion.actions import (
    DATABASE_AWAY,
    Accepted,
    DeliveryKeyReused,
    EmptyFile,
    OrganizationClosed,
    check_may_submit,
    displayable,
    trace_id_here,
)
from apps.ingestion.content import cap_of
from apps.ingestion.models import Ingress, UploadPart, UploadSession
from apps.ingestion.signed import NOT_SIGNED, Signed
from apps.ingestion.upload_ends import free_name, over
from apps.ingestion.upload_refused import UploadRefused
from apps.ingestion.upload_room import check_room
from apps.tenants.models import ApiClient, Organization, Site, User

HASH = re.compile(r"^[0-9a-f]{64}\Z")
State = UploadSession.State


@dataclass(frozen=True, slots=True)
class Announced:
    """A file that is to come. The same key of the same sender is the same upload, until it ends."""

    source: str
    idem_key: str
    filename: str
    content: str
    size: int
    content_hash: str = ""
    sender: User | None = None
    client: ApiClient | None = None
    site: Site | None = None
    priority: str = Priority.ROUTINE


@dataclass(frozen=True, slots=True)
class Begun:
    upload: UploadSession
    is_new: bool


@dataclass(frozen=True, slots=True)
class PartAddress:
    """Where one part is sent, and until when."""

    number: int
    url: str
    headers: dict[str, str]
    expires_at: dt.datetime
    method: str = staging.METHOD


def begin_upload(announced: Announced) -> Begun:
    """Call in an organization's scope with no transaction open.

    Raises MayNotSubmit, OrganizationClosed, EmptyFile, TooLarge, DeliveryKeyReused, RetryableError,
    and UploadRefused for a hash that is none and where too many are open.
    """
    check_may_submit(required_organization())
    if announced.size <= 0:
        raise EmptyFile
    if announced.size > cap_of(announced.content):
        raise TooLarge
    if announced.content_hash:
        _check_hash(announced.content_hash)
    try:
        kept = _announced_before(announced)
        if kept is not None:
            return Begun(kept, False)
        return _begin(announced)
    except DATABASE_AWAY:
        raise RetryableError("database-unavailable") from None


def _begin(announced: Announced) -> Begun:
    upload = UploadSession(
        organization_id=required_organization(),
        source=announced.source,
        idem_key=announced.idem_key,
        sender=announced.sender,
        client=announced.client,
        filename=displayable(announced.filename),
        content=announced.content,
        size=announced.size,
        content_hash=announced.content_hash,
        part_size=settings.UPLOAD_PART_BYTES,
        site=announced.site,
        priority=announced.priority,
        expires_at=timezone.now() + dt.timedelta(seconds=settings.UPLOAD_EXPIRES_SECONDS),
    )
    with transaction.atomic():
        check_room(upload)
    staging.begin(upload)
    try:
        is_new = _write(upload, announced.sender or announced.client)
    except (OrganizationClosed, UploadRefused):
        staging.clear(upload)
        raise
    if is_new:
        return Begun(upload, True)
    staging.clear(upload)
    kept = _announced_before(announced)
    assert kept is not None
    return Begun(kept, False)


@transaction.atomic
def _write(upload: UploadSession, actor: User | ApiClient | None) -> bool:
    if not Organization.objects.filter(pk=upload.organization_id, is_live=True).exists():
        raise OrganizationClosed
    check_room(upload)
    free_name(upload.source, upload.idem_key)
    if not insert_unless_there(upload):
        return False
    audit.record(
        "ingestion.upload.begun",
        upload,
        actor=actor,
        source=upload.source,
        kind=upload.content,
        size=upload.size,
    )
    return True


@transaction.atomic
def _announced_before(announced: Announced) -> UploadSession | None:
    """None where it ended too. Raises DeliveryKeyReused where the key names another file."""
    rows = UploadSession.objects.select_related("location", "ingress", "site")
    named = rows.filter(source=announced.source, idem_key=announced.idem_key)
    kept = named.exclude(over()).first()
    if kept is None:
        return None
    same = (kept.size, kept.content) == (announced.size, announced.content)
    both = {kept.content_hash, announced.content_hash} - {""}
    if not same or len(both) > 1:
        raise DeliveryKeyReused
    return kept


def part_addresses(upload: UploadSession, wanted: dict[int, str]) -> list[PartAddress]:
    """An address for each numbered part of that hash. What a part is, is said once.

    Raises UploadRefused, RetryableError. Call with no transaction open.
    """
    _check_open(upload)
    for number, content_hash in wanted.items():
        if not 1 <= number <= upload.part_count:
            words = f"This upload has parts 1 to {upload.part_count}."
            raise UploadRefused("part-unknown", words, field="number")
        _check_hash(content_hash)
    _note_parts(upload, wanted)
    ends = timezone.now() + dt.timedelta(seconds=settings.UPLOAD_ADDRESS_SECONDS)
    return [
        PartAddress(number, found.url, found.headers, ends)
        for number, content_hash in wanted.items()
        if (found := staging.address(upload, number, content_hash))
    ]


@transaction.atomic
def _note_parts(upload: UploadSession, wanted: dict[int, str]) -> None:
    UploadPart.objects.bulk_create(
        [
            UploadPart(
                organization_id=upload.organization_id,
                upload=upload,
                number=number,
                content_hash=content_hash,
            )
            for number, content_hash in wanted.items()
        ],
        ignore_conflicts=True,
    )
    said = UploadPart.objects.filter(upload=upload, number__in=wanted)
    for number, content_hash in said.values_list("number", "content_hash"):
        if wanted[number] != content_hash:
            words = f"Part {number} was announced with another content. Begin a new upload."
            raise UploadRefused("part-differs", words, field="sha256")


def complete_upload(
    upload: UploadSession,
    content_hash: str = "",
    *,
    actor: User | ApiClient | None = None,
    signed: Signed = NOT_SIGNED,
) -> Accepted:
    """Accept the file once every part is there. What this returns is committed.

    Again it gives the same arrival. Raises UploadRefused, DeliveryKeyReused, OrganizationClosed,
    RetryableError. Call with no transaction open.
    """
    content_hash = content_hash or upload.content_hash
    if not content_hash:
        raise UploadRefused("hash-missing", "State the SHA-256 of the whole file.", field="sha256")
    _check_hash(content_hash)
    if upload.content_hash and upload.content_hash != content_hash:
        words = "The file was announced with another SHA-256. Begin a new upload."
        raise UploadRefused("hash-differs", words, field="sha256")
    if upload.ingress is not None:
        return Accepted(upload.ingress, False)
    _check_open(upload)
    try:
        _put_together(upload)
        return _accept(upload.pk, content_hash, actor, signed)
    except staging.Ended:
        raise _ended() from None
    except DATABASE_AWAY:
        raise RetryableError("database-unavailable") from None


def _put_together(upload: UploadSession) -> None:
    there = staging.present(upload)
    missing = [n for n in range(1, upload.part_count + 1) if n not in there]
    if missing:
        words = f"Missing: {_listed(missing)} of {upload.part_count}. Send them, then finish again."
        raise UploadRefused("parts-missing", words, field="parts")
    staging.finish(upload)


@transaction.atomic
def _accept(
    upload_id: int, content_hash: str, actor: User | ApiClient | None, signed: Signed
) -> Accepted:
    """The same upload finished twice at once is one arrival."""
    upload = UploadSession.objects.select_for_update(no_key=True).get(pk=upload_id)
    if upload.ingress is not None:
        return Accepted(upload.ingress, False)
    if upload.state != State.OPEN:
        raise _ended()
    if not Organization.objects.filter(pk=upload.organization_id, is_live=True).exists():
        raise OrganizationClosed
    row = _arrival_of(upload)
    row.signing_key, row.signature_code = signed.key, signed.code
    if not insert_unless_there(row):
        raise DeliveryKeyReused
    upload.state, upload.ingress, upload.content_hash = State.ACCEPTED, row, content_hash
    upload.save(update_fields=["state", "ingress", "content_hash"])
    audit.record(
        "ingestion.file.accepted",
        row,
        actor=actor,
        source=row.source,
        sha256=content_hash,
        size=row.size,
    )
    wake_on_commit()
    return Accepted(row, True)


def _arrival_of(upload: UploadSession) -> Ingress:
    """Without a hash: its bytes are still in staging."""
    return Ingress(
        organization_id=upload.organization_id,
        source=upload.source,
        idem_key=upload.idem_key,
        size=upload.size,
        filename=upload.filename,
        content=upload.content,
        sender=upload.sender,
        site=upload.site,
        priority=upload.priority,
        trace_id=trace_id_here(),
    )


def _check_open(upload: UploadSession) -> None:
    if upload.state != State.OPEN or upload.expires_at <= timezone.now():
        raise _ended()


def _ended() -> UploadRefused:
    return UploadRefused("upload-ended", "This upload was ended. Begin a new one.")


def _check_hash(content_hash: str) -> None:
    if not HASH.fullmatch(content_hash):
        words = "Give a SHA-256 as 64 hexadecimal digits, in lower case."
        raise UploadRefused("hash-invalid", words, field="sha256")


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:10]))
    return f"part {shown}" if len(numbers) <= 10 else f"part {shown} and {len(numbers) - 10} more"
