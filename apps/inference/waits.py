"""How long an algorithm usually takes here, and since when it has not answered."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from apps.core.leases import Leased
from apps.ecg.models import Recording
from apps.inference.models import InferenceRun
from apps.tenants.access import Active
from apps.tenants.queries import permit

# Known by the runs on the newest recordings, so that asking costs the same whatever is stored.
LOOKED_AT = 200
Status = InferenceRun.Status


@dataclass(frozen=True, slots=True)
class Wait:
    """`usual` is the median, by nearest rank, from asked to accepted; None where none is known.

    `since` is when the first of the runs was asked for that have failed one after another.
    """

    usual: dt.timedelta | None = None
    since: dt.datetime | None = None


def is_unavailable(run: InferenceRun) -> bool:
    return run.status == Status.FAILED_FINAL or (
        run.status == Status.QUEUED and run.state == Leased.State.DEAD
    )


def waits_of(active: Active, runs: Iterable[InferenceRun]) -> dict[int, Wait]:
    """By algorithm version, of those without a result; no query where every run has one."""
    permit(active, "view_recordings")
    answered = (Status.SUCCEEDED, Status.NOT_ELIGIBLE)
    versions = {run.algorithm_version_id for run in runs if run.status not in answered}
    if not versions:
        return {}
    newest = Recording.objects.order_by("-received_at", "-id").values("pk")[:LOOKED_AT]
    rows = InferenceRun.objects.filter(recording__in=newest, algorithm_version__in=versions)
    found: dict[int, list[InferenceRun]] = defaultdict(list)
    for run in rows.defer("output").order_by("id"):
        found[run.algorithm_version_id].append(run)
    return {version: _wait(found[version]) for version in versions}


def _wait(oldest_first: list[InferenceRun]) -> Wait:
    took = sorted(run.accepted_at - run.created_at for run in oldest_first if run.accepted_at)
    since = None
    for run in oldest_first:
        if run.accepted_at:
            since = None
        elif is_unavailable(run):
            since = since or run.created_at
    return Wait(took[(len(took) - 1) // 2] if took else None, since)
