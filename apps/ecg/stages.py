"""Handing a recording on: the next stages are rows of the transaction that finished this one."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.module_loading import import_string

from apps.core.drain import wake_on_commit
from apps.core.leases import LIVE
from apps.ecg.models import Recording, StageRun
from config.pipeline import AFTER_CHANGE, NEXT, NEXT_OF_CANARY


def advance(recording: Recording, *, done: str, subject: str = "", lane: int = LIVE) -> None:
    """Write the stages that follow `done`. Call inside the transaction of its results."""
    following = NEXT_OF_CANARY.get(done, ()) if recording.is_canary else NEXT[done]
    StageRun.objects.bulk_create(
        [
            StageRun(
                organization_id=recording.organization_id,
                recording=recording,
                stage=stage,
                subject=subject,
                lane=lane,
                trace_id=recording.trace_id,
            )
            for stage in following
        ],
        ignore_conflicts=True,
    )
    if following:
        wake_on_commit()


def changed(recordings: Iterable[Recording]) -> None:
    """Tell what follows other statements, numbers, times or patients. Call in their transaction."""
    rows = list(recordings)
    for path in AFTER_CHANGE:
        import_string(path)(rows)
