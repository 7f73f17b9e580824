"""Sending a canary and waiting for what becomes of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.audit import actions as audit
from apps.audit.alarms import raise_alarm, resolve_alarm, settle
from apps.core.blobs.sealing import Unsealable
from apps.core.drain import work_on
from apps.core.errors import PermanentError, RetryableError
from apps.core.leases import Leased
from apps.core.scope import organization_scope
from apps.ecg.models import StageRun
from apps.ingestion.actions import accept
from apps.ingestion.canary.verdict import OVERDUE, Verdict, set_aside, verdict_on
from apps.ingestion.models import Ingress
from apps.tenants.models import User

LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Flight:
    """One canary: what became of it and how long it took; `by_itself` where no worker took it."""

    verdict: Verdict
    seconds: float = 0.0
    by_itself: bool = False

    @property
    def has_passed(self) -> bool:
        return self.verdict.state == "passed"


def send_canary(
    organization_id: int,
    *,
    actor: User | None = None,
    works: bool = True,
) -> Flight:
    """Send one and wait until it passed or failed; that is on the record, and an alarm if not.

    Where no worker takes it within some seconds, this process does the work on its rows, unless
    `works` is False: then what still waits is told as waiting, and the sweeper looks after it.
    Call with no scope open. Raises MayNotSubmit.
    """
    begun = time.monotonic()
    with organization_scope(organization_id):
        sent = _sent()
        if isinstance(sent, Verdict):
            _accept_failed(sent, actor)
            return Flight(sent, time.monotonic() - begun)
    flight = _followed(organization_id, sent, works)
    flight = replace(flight, seconds=time.monotonic() - begun)
    if flight.verdict.is_settled:
        with organization_scope(organization_id), transaction.atomic():
            _settled(sent, flight.verdict, actor)
    return flight


def _sent() -> Ingress | Verdict:
    # Its libraries are loaded where one is made, not by every process that could.
    from apps.ingestion.canary.file import make_file

    file = make_file(timezone.now())
    try:
        accepted = accept(
            source=Ingress.Source.CANARY,
            chunks=[file.data],
            filename="canary.dcm",
            idem_key=file.canonical_hash,
            is_canary=True,
        )
    except (RetryableError, PermanentError) as error:
        return Verdict("failed", "accept", error.code)
    except Unsealable:
        return Verdict("failed", "accept", "key-destroyed")
    resolve_alarm("canary.not_accepted")
    return accepted.ingress


def _accept_failed(verdict: Verdict, actor: User | None) -> None:
    with transaction.atomic():
        raise_alarm("canary.not_accepted")
        audit.record("ingestion.canary.failed", actor=actor, stage="accept", code=verdict.code)


def _followed(organization_id: int, sent: Ingress, works: bool) -> Flight:
    """Looks until it is settled or overdue, and takes up what nobody does."""
    begun = moved = time.monotonic()
    before, by_itself = None, False
    while True:
        verdict, waiting = _look(organization_id, sent)
        now = time.monotonic()
        moved = moved if verdict == before else now
        before = verdict
        is_stale = now - moved >= settings.CANARY_PATIENCE_SECONDS
        if verdict.is_settled or (is_stale and not works):
            return Flight(verdict, by_itself=by_itself)
        if now - begun >= OVERDUE.total_seconds():
            late = replace(verdict, state="failed", code=verdict.code or "not-in-time")
            return Flight(late, by_itself=by_itself)
        if is_stale and work_on(type(waiting), waiting.pk):
            by_itself = True
        else:
            time.sleep(LOOK_S)


def _look(organization_id: int, sent: Ingress) -> tuple[Verdict, Leased]:
    """How it stands, and the row that stands for it."""
    with organization_scope(organization_id), transaction.atomic():
        canary = Ingress.objects.select_related("recording").get(pk=sent.pk)
        run = StageRun.objects.filter(recording_id=canary.recording_id or 0).first()
        return verdict_on(canary), run or canary


def _settled(canary: Ingress, verdict: Verdict, actor: User | None) -> None:
    """A good one ends the alarm of those before."""
    if verdict.state == "passed":
        settle(("canary.failed",), ())
        audit.record("ingestion.canary.passed", canary, actor=actor)
        return
    canary.refresh_from_db()
    set_aside(canary)
    raise_alarm("canary.failed", verdict.stage)
    audit.record(
        "ingestion.canary.failed", canary, actor=actor, stage=verdict.stage, code=verdict.code
    )
