"""An archive becomes arrivals of its own, all of them in one transaction or none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import structlog
from django.db import transaction

from apps.audit import actions as audit
from apps.core import leases
from apps.core.blobs.store import Stored
from apps.core.drain import wake_on_commit
from apps.core.errors import PermanentError
from apps.core.insert import insert_unless_there
from apps.core.leases import Lease, Leased
from apps.ecg.formats.archives import Member
from apps.ecg.formats.canonical import Refused
from apps.ingestion.actions import RAW, displayable
from apps.ingestion.malware import NOT_SCANNED, record_scan, scan_columns
from apps.ingestion.models import Ingress, ProcessingRules
from apps.tenants import blobs

OFF = "archives-not-taken"
INHERITED = (
    "organization_id",
    "source",
    "sender",
    "site",
    "priority",
    "lane",
    "is_canary",
    "stated",
    "signing_key",
)

log = structlog.get_logger(__name__)


def unpack(
    ingress: Ingress, members: Iterable[Member], rules: ProcessingRules, lease: Lease
) -> None:
    """Bytes first, then the rows of all members with the archive's outcome. Raises Refused.

    Cut short it leaves no row; done again it makes the same ones.
    """
    if ingress.parent_id is not None:
        raise Refused("archive-nested", "An archive inside an archive is not unpacked.")
    if not rules.unpacks_archives:
        raise Refused(
            OFF,
            "The organization's processing rules leave archives packed: send the files one by one."
            " Once they unpack archives, this one is processed by itself.",
        )
    kept = [
        (member.name, blobs.put(ingress.organization_id, RAW, [member.content]))
        for member in members
    ]
    _enter(ingress, kept, lease)


@transaction.atomic
def _enter(ingress: Ingress, kept: list[tuple[str, Stored]], lease: Lease) -> None:
    record_scan(ingress)
    for place, (name, stored) in enumerate(kept):
        _enter_member(ingress, place, name, stored)
    audit.record("ingestion.file.unpacked", ingress, count=len(kept))
    leases.finish(
        lease,
        Leased.State.DONE,
        outcome=Ingress.Outcome.UNPACKED,
        **scan_columns(ingress),
    )
    wake_on_commit()
    log.info("file.unpacked", count=len(kept))


def _enter_member(ingress: Ingress, place: int, name: str, stored: Stored) -> None:
    row = Ingress(
        idem_key=f"{ingress.public_id}/{place}",
        sha256=stored.sha256,
        size=stored.size,
        filename=displayable(name),
        parent=ingress,
        member=place,
        trace_id=ingress.trace_id,
        **{field: getattr(ingress, field) for field in INHERITED},
        **_release_of(ingress),
    )
    if insert_unless_there(row):
        audit.record(
            "ingestion.file.accepted",
            row,
            source=row.source,
            sha256=row.sha256,
            size=row.size,
            archive=str(ingress.public_id),
        )
    elif not Ingress.objects.filter(parent=ingress, member=place, sha256=row.sha256).exists():
        raise PermanentError("member-key-taken")


def _release_of(archive: Ingress) -> dict[str, Any]:
    """Who let an archive through unscanned let through what is in it. What was too large to scan
    as a whole is scanned piece by piece, and nothing of it is let through yet.
    """
    if not archive.is_set_aside(NOT_SCANNED):
        return {}
    return {
        "released_code": NOT_SCANNED,
        "released_by_id": archive.released_by_id,
        "released_at": archive.released_at,
        "release_reason": archive.release_reason,
    }
