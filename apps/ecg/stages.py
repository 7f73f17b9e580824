"""Handing a recording on: the next stages are rows of the transaction that finished this one."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.core.drain import wake_on_commit
from apps.core.insert import insert_unless_there
from apps.core.leases import LIVE
from apps.ecg.models import Recording, StageRun
from config.pipeline import AFTER_CHANGE, AT_ONCE, NEXT, NEXT_OF_CANARY, STAGES

QuickJob = Callable[[StageRun], None]

log = structlog.get_logger(__name__)


def job_of(run: StageRun) -> QuickJob:
    """What carries a quick stage out, in the transaction that finishes it."""
    job: QuickJob = import_string(STAGES[run.stage])
    return job


def advance(recording: Recording, *, done: str, subject: str = "", lane: int = LIVE) -> None:
    """Write the stages that follow `done`. Call inside the transaction of its results."""
    following = NEXT_OF_CANARY.get(done, ()) if recording.is_canary else NEXT[done]
    for stage in following:
        run = StageRun(
            organization_id=recording.organization_id,
            recording=recording,
            stage=stage,
            subject=subject,
            lane=lane,
            trace_id=recording.trace_id,
        )
        if (done, stage) in AT_ONCE:
            _carry_out(run)
        else:
            insert_unless_there(run)
            wake_on_commit()


def _carry_out(run: StageRun) -> None:
    """The stage at once, in the transaction that hands over to it; else by the queue."""
    run.state, run.attempts, run.finished_at = StageRun.State.DONE, 1, timezone.now()
    if not insert_unless_there(run):
        return
    try:
        with structlog.contextvars.bound_contextvars(stage=run.stage), transaction.atomic():
            job_of(run)(run)
    except Exception as error:
        # A library's text may quote a row: only the class is kept.
        log.warning("stage.deferred", stage=run.stage, error_class=type(error).__name__)
        run.state, run.attempts, run.finished_at = StageRun.State.RECEIVED, 0, None
        run.save(update_fields=["state", "attempts", "finished_at"])
        wake_on_commit()


def changed(recordings: Iterable[Recording]) -> None:
    """Tell what follows other statements, numbers, times or patients. Call in their transaction."""
    rows = list(recordings)
    for path in AFTER_CHANGE:
        import_string(path)(rows)
