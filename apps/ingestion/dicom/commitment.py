"""Storage commitment (PS3.4 J): asked by a peer, answered from what is really there.

The question is a row before the peer hears that it was taken. A peer whose address is known is
answered on an association of its own, by the queue; any other on the one it asked on.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.audit import actions as audit
from apps.core import leases
from apps.core.blobs.sealing import Unsealable
from apps.core.blobs.store import Corrupt
from apps.core.drain import wake_on_commit
from apps.core.errors import PermanentError
from apps.core.insert import insert_unless_there
from apps.core.leases import Lease, Leased
from apps.ingestion.actions import RAW
from apps.ingestion.dicom.callers import Caller
from apps.ingestion.models import DicomObject, StorageCommitment
from apps.tenants import blobs
from apps.tenants.models import DicomPeer

log = structlog.get_logger(__name__)

# Reasons of PS3.3 C.14.1.1.
UNKNOWN_OBJECT = 0x0112
OTHER_CLASS = 0x0119
NOT_READABLE = 0x0110

Named = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """Which objects a peer asks for: SOP class and instance UID of each."""

    transaction_uid: str
    objects: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is kept, and what is not with the reason why."""

    kept: tuple[Named, ...]
    missing: tuple[tuple[Named, int], ...]


class AskedOtherwise(Exception):
    """The same transaction asked for other objects before."""


@transaction.atomic
def take(caller: Caller, question: Question) -> Lease | None:
    """Write the question down; the lease of it where this association is to answer.

    Asked again it is answered again. Call in the organization's scope. Raises AskedOtherwise.
    """
    here = peer_of(caller.calling) is None
    row = StorageCommitment(
        organization_id=caller.organization_id,
        calling_title=caller.calling,
        called_title=caller.called,
        transaction_uid=question.transaction_uid,
        asked_for=[list(named) for named in question.objects],
        **(_held() if here else {}),
    )
    if not insert_unless_there(row):
        row = _asked_again(row, here)
    audit.record("ingestion.commitment.asked", row, count=len(question.objects))
    if not here:
        wake_on_commit()
        return None
    assert row.lease_token is not None
    return Lease(StorageCommitment, row.pk, row.organization_id, row.lease_token, row.attempts)


def _held() -> dict[str, Any]:
    """Columns of a row that is leased from its first moment."""
    return {
        "state": Leased.State.PROCESSING,
        "attempts": 1,
        "lease_token": uuid.uuid4(),
        "lease_until": timezone.now() + dt.timedelta(seconds=settings.LEASE_SECONDS),
    }


def _asked_again(asked: StorageCommitment, here: bool) -> StorageCommitment:
    names = {"calling_title": asked.calling_title, "transaction_uid": asked.transaction_uid}
    row = StorageCommitment.objects.select_for_update(no_key=True).get(**names)
    if row.asked_for != asked.asked_for:
        raise AskedOtherwise
    waiting = {"state": Leased.State.RECEIVED, "attempts": 0, "available_at": timezone.now()}
    for name, value in (_held() if here else waiting).items():
        setattr(row, name, value)
    row.save()
    return row


def peer_of(title: str) -> DicomPeer | None:
    return DicomPeer.objects.filter(title=title, is_active=True).first()


def answer(lease: Lease) -> None:
    """The queue's: tell the peer at its own address. Raises PermanentError, RetryableError."""
    from apps.ingestion.dicom.report import report_to

    with transaction.atomic():
        row = StorageCommitment.objects.get(pk=lease.id)
        peer = peer_of(row.calling_title)
    if peer is None:
        raise PermanentError("dicom-peer-unknown")
    verdict = looked_up(row)
    report_to(peer, row, verdict)
    answered(row, verdict, lease)


@transaction.atomic
def answered(row: StorageCommitment, verdict: Verdict, lease: Lease) -> None:
    """The peer took the answer. Raises LeaseLost."""
    kept, missing = len(verdict.kept), len(verdict.missing)
    audit.record("ingestion.commitment.answered", row, count=kept)
    leases.finish(lease, kept=kept, missing=missing, answered_at=timezone.now())
    log.info("commitment.answered", count=kept)


def looked_up(row: StorageCommitment) -> Verdict:
    """Each object is read back and compared with its hash: what cannot be read is not kept.

    Raises RetryableError where storage is away.
    """
    kept: list[Named] = []
    missing: list[tuple[Named, int]] = []
    for sop_class, instance in row.asked_for:
        reason = _reason_against(row.organization_id, sop_class, instance)
        if reason:
            missing.append(((sop_class, instance), reason))
        else:
            kept.append((sop_class, instance))
    return Verdict(tuple(kept), tuple(missing))


def _reason_against(organization_id: int, sop_class: str, instance: str) -> int:
    with transaction.atomic():
        rows = DicomObject.objects.filter(sop_instance_uid=instance).order_by("-id")
        found = list(rows.values_list("sop_class_uid", "ingress__sha256")[:20])
    if not found:
        return UNKNOWN_OBJECT
    hashes = [sha256 for kind, sha256 in found if kind == sop_class]
    if not hashes:
        return OTHER_CLASS
    return 0 if all(_is_genuine(organization_id, sha256) for sha256 in hashes) else NOT_READABLE


def _is_genuine(organization_id: int, sha256: str) -> bool:
    try:
        blobs.get(organization_id, RAW, sha256)
    except (FileNotFoundError, Corrupt, Unsealable):
        return False
    return True
