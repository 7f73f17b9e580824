"""Uploads in parts that end: by their sender, by the clock, or because they are done with."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable

import structlog
from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from apps.audit import actions as audit
from apps.core.blobs.sealing import Unsealable
from apps.core.errors import RetryableError
from apps.core.scope import organization_scope
from apps.ingestion import staging
from apps.ingestion.models import UploadPart, UploadSession
from apps.tenants.blobs import engine_of
from apps.tenants.lookups import organization_ids
from apps.tenants.models import ApiClient, User

log = structlog.get_logger(__name__)

State = UploadSession.State


class AlreadyAccepted(Exception):
    """Its file is an arrival by now; there is nothing to end."""


def abort_upload(upload: UploadSession, *, actor: User | ApiClient | None = None) -> None:
    """End it; again it does nothing. Raises AlreadyAccepted. No transaction is open."""
    if not _end(upload.pk, State.ABORTED, actor):
        raise AlreadyAccepted
    clear_ended([upload.pk])


def over() -> Q:
    """Those that became no file and never will, whether the sweeper has seen it or not."""
    late = Q(state=State.OPEN, expires_at__lte=timezone.now())
    return Q(state__in=(State.ABORTED, State.EXPIRED)) | late


@transaction.atomic
def free_name(source: str, idem_key: str) -> None:
    """What ended without a file keeps no name: its sender may begin it anew by the same."""
    rows = UploadSession.objects.filter(over(), source=source, idem_key=idem_key)
    for upload in rows:
        _end(upload.pk, State.EXPIRED)
    rows.update(idem_key=Concat(Value("ended "), Cast("public_id", CharField())))


@transaction.atomic
def _end(upload_id: int, state: str, actor: User | ApiClient | None = None) -> bool:
    """False where it had been accepted."""
    upload = UploadSession.objects.select_for_update(no_key=True).get(pk=upload_id)
    if upload.state == State.OPEN:
        upload.state = state
        upload.save(update_fields=["state"])
        audit.record("ingestion.upload.ended", upload, actor=actor, state=str(state))
    return upload.state in (State.ABORTED, State.EXPIRED)


def sweep_uploads() -> None:
    """What the hour brings, in every organization; none keeps the others from it.

    Call with no scope open.
    """
    for organization_id in organization_ids():
        with organization_scope(organization_id):
            try:
                expire_uploads()
                clear_ended()
                clear_strays(organization_id)
            except Unsealable as error:
                # The key of its bucket's credential was destroyed: nobody can ask it any more.
                log.warning("uploads.not_swept", code=error.code)
            except DatabaseError as error:
                log.warning("uploads.not_swept", error_class=type(error).__name__)
                connections.close_all()


def expire_uploads() -> int:
    """End what was not finished in time, in the scope's organization; how many."""
    with transaction.atomic():
        late = UploadSession.objects.filter(
            state=State.OPEN, is_cleared=False, expires_at__lt=timezone.now()
        )
        names = list(late.values_list("pk", flat=True))
    return sum(_end(name, State.EXPIRED) for name in names)


def clear_ended(names: Iterable[int] | None = None) -> int:
    """Remove from staging what is not needed there any more, in the scope's organization.

    What storage does not let go now is tried again by the sweeper.
    """
    ended = (State.ABORTED, State.EXPIRED, State.KEPT)
    with transaction.atomic():
        rows = UploadSession.objects.select_related("location")
        rows = rows.filter(state__in=ended, is_cleared=False)
        found = list(rows if names is None else rows.filter(pk__in=names))
    return sum(_clear(upload) for upload in found)


def _clear(upload: UploadSession) -> bool:
    try:
        staging.clear(upload)
    except RetryableError:
        return False
    with transaction.atomic():
        UploadPart.objects.filter(upload=upload).delete()
        UploadSession.objects.filter(pk=upload.pk).update(is_cleared=True)
    return True


def clear_stray(public_id: uuid.UUID) -> None:
    """A part that came while its upload was being ended: it is removed with the others."""
    with transaction.atomic():
        rows = UploadSession.objects.filter(public_id=public_id)
        rows.update(is_cleared=False)
        names = list(rows.values_list("pk", flat=True))
    clear_ended(names)


def clear_strays(organization_id: int) -> int:
    """Remove what lies in staging longer than any upload takes and is of none that still needs it.

    Storage that is away is asked again in the next hour.
    """
    oldest = time.time() - settings.UPLOAD_EXPIRES_SECONDS
    try:
        place = engine_of(organization_id)
        prefix = f"org/{organization_id}/staging/"
        old = [one.key for one in place.entries(prefix) if one.modified_at < oldest]
        needed = _needed({key.split("/")[3] for key in old})
        strays = [key for key in old if key.split("/")[3] not in needed]
        for key in strays:
            place.delete(key)
    except (OSError, RetryableError):
        return 0
    return len(strays)


@transaction.atomic
def _needed(names: set[str]) -> set[str]:
    rows = UploadSession.objects.filter(public_id__in=names, is_cleared=False)
    return {name.hex for name in rows.values_list("public_id", flat=True)}
