"""One look into one share, from its lock to what is noted of it."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.core.blobs.sealing import Unsealable
from apps.core.errors import PermanentError, RetryableError
from apps.core.locks import held
from apps.ingestion.actions import MayNotSubmit, OrganizationClosed
from apps.ingestion.model_share import ShareSource
from apps.ingestion.model_share_file import ShareFile
from apps.ingestion.rules import current_rules
from apps.ingestion.smb import alarms, ledger
from apps.ingestion.smb.discovery import Walk, path_on_share
from apps.ingestion.smb.errors import ShareLost
from apps.ingestion.smb.kept import Kept
from apps.ingestion.smb.stability import delays_of
from apps.ingestion.smb.take import Taking
from apps.ingestion.sources import note_failed, note_polled

log = structlog.get_logger(__name__)

State = ShareFile.State
Outcome = ShareSource.Outcome
# Another process looks there, or it was switched off meanwhile.
BUSY, OFF = "busy", "off"


@dataclass(slots=True)
class Report:
    """How a look ended. `taken` are new, `again` had been accepted before."""

    share: str
    share_id: str
    outcome: str
    found: int = 0
    waiting: int = 0
    held_back: int = 0
    taken: int = 0
    again: int = 0

    @property
    def has_failed(self) -> bool:
        return self.outcome not in (Outcome.LOOKED, BUSY, OFF)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"message": words(self.outcome)}


def words(outcome: str) -> str:
    more = {BUSY: "Another process looks into it", OFF: "It is switched off"}
    return more[outcome] if outcome in more else str(Outcome(outcome).label)


def look_into(source_id: int, kept: Kept) -> Report:
    """Call in the organization's scope with no transaction open.

    Raises DatabaseError: then the lock may be lost, and nothing more is done.
    """
    with transaction.atomic():
        source = ShareSource.objects.select_related("organization", "site").get(pk=source_id)
    report = Report(source.name, str(source.public_id), OFF)
    with held(f"share {source.public_id}") as is_mine:
        if not is_mine:
            report.outcome = BUSY
        elif source.is_active:
            _look(source, kept, report)
    if report.outcome != Outcome.LOOKED:
        kept.close()
    return report


def _look(source: ShareSource, kept: Kept, report: Report) -> None:
    structlog.contextvars.bind_contextvars(table="ingestion_sharesource", id=source.pk)
    try:
        if not source.organization.is_live:
            raise OrganizationClosed
        _take_all(source, kept, report)
        report.outcome = Outcome.LOOKED
    except ShareLost as lost:
        report.outcome = lost.code
    except (OrganizationClosed, MayNotSubmit):
        report.outcome = Outcome.CLOSED
    except Unsealable:
        report.outcome = Outcome.UNSEALABLE
    except (RetryableError, PermanentError):
        report.outcome = Outcome.NOT_KEPT
    finally:
        structlog.contextvars.unbind_contextvars("table", "id")
    if report.has_failed:
        _note_failure(source, report)


def _take_all(source: ShareSource, kept: Kept, report: Report) -> None:
    now = timezone.now()
    share = kept.connected(source)
    kept.ask_for_changes(path_on_share(source, ""))
    with transaction.atomic():
        delays = delays_of(current_rules())
    walk, taking = Walk(share, source), Taking(share, source, now, delays)
    until = time.monotonic() + settings.SMB_LOOK_SECONDS
    try:
        for batch in ledger.batches(walk.files()):
            report.found += len(batch)
            for found, row in ledger.note_seen(source, batch, now, delays):
                if time.monotonic() > until:
                    walk.is_whole = False
                    break
                taking.take(found, row)
    finally:
        report.taken, report.again = taking.taken, taking.again
    if walk.is_whole:
        ledger.note_gone(source, now)
    _note_look(source, walk, taking, report)


def _note_look(source: ShareSource, walk: Walk, taking: Taking, report: Report) -> None:
    counts = ledger.counts(source)
    troubled = ledger.troubled(source)
    untakeable = walk.passed_over + counts.get(State.REFUSED, 0) + troubled
    unarchived = counts.get(State.ACCEPTED, 0)
    report.waiting = counts.get(State.WAITING, 0) - troubled
    report.held_back = untakeable + unarchived + counts.get(State.INCOMPLETE, 0)
    with transaction.atomic():
        note_polled(
            source,
            timezone.now(),
            found=report.found,
            waiting=report.waiting,
            held_back=report.held_back,
            taken=report.taken,
        )
        alarms.after_look(
            source,
            unarchived=unarchived,
            held_back=untakeable,
            unfinished=taking.unfinished,
        )
    if report.taken:
        log.info("share.looked", count=report.taken)


def _note_failure(source: ShareSource, report: Report) -> None:
    with transaction.atomic():
        failures = note_failed(source, timezone.now(), report.outcome, taken=report.taken)
        alarms.after_failure(source, report.outcome, failures)
    log.warning("share.failed", code=report.outcome)
