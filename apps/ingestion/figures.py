"""How files come in over a window of time: by path, site and device, what became of them, how fast.

The cost is that of the newest MOST arrivals, whatever is stored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, DateTimeField, F, FilteredRelation, Max, Min, Q, QuerySet
from django.utils import timezone

from apps.audit.timeline import events_in
from apps.core.leases import Leased
from apps.core.percentile import Percentile
from apps.ecg.models import StageRun
from apps.ingestion.models import Ingress
from apps.ingestion.upload_room import Room, room_now
from apps.tenants.access import Active
from apps.tenants.queries import permit

# More than this in the window: its newest are shown, and the page says so.
MOST = 20_000
# Rows of one table, and how far a queue is counted.
LISTED, BOUND = 50, 10_000

Outcome, State = Ingress.Outcome, Leased.State
MOVING = (State.RECEIVED, State.PROCESSING)

# What became of a file, in the order of the columns; each file is in exactly one.
_ENDED = ~Q(state__in=(State.QUARANTINED, State.DEAD))
OUTCOMES: dict[str, tuple[str, Q]] = {
    "accepted": ("Accepted", _ENDED & Q(outcome=Outcome.NEW)),
    "linked": ("Linked", _ENDED & Q(outcome__in=(Outcome.SAME_BYTES, Outcome.SAME_SIGNAL))),
    "to_resolve": (
        "To resolve",
        _ENDED
        & Q(outcome__in=(Outcome.IDENTITY_CONFLICT, Outcome.TIME_CONFLICT, Outcome.CORRECTION)),
    ),
    "beside": ("No ECG", _ENDED & Q(outcome__in=(Outcome.DOCUMENT, Outcome.UNPACKED))),
    "quarantined": ("Refused", Q(state=State.QUARANTINED)),
    "given_up": ("Given up", Q(state=State.DEAD)),
    "working": ("In work", _ENDED & Q(outcome__in=(Outcome.PENDING, Outcome.QUARANTINED))),
}
# What each table is by: the expression of a row's name.
BY = {
    "path": F("source"),
    "site": F("site__name"),
    "maker": F("recording__device__manufacturer"),
    "model": F("recording__device__model_name"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One path, site or device. Spans are receive → measured of accepted ECGs, nearest rank."""

    name: tuple[str, ...]
    count: int
    outcomes: tuple[int, ...]
    p50: dt.timedelta | None
    p95: dt.timedelta | None
    last_at: dt.datetime

    @property
    def failing(self) -> int:
        names = list(OUTCOMES)
        return sum(self.outcomes[names.index(name)] for name in ("quarantined", "given_up"))


@dataclass(frozen=True, slots=True)
class Queue:
    """Files or recordings that wait; counted up to BOUND."""

    name: str
    depth: int
    oldest: dt.datetime | None

    @property
    def shown(self) -> str:
        return f"{BOUND:,} or more" if self.depth >= BOUND else f"{self.depth:,}"


@dataclass(frozen=True, slots=True)
class Coming:
    since: dt.datetime
    whole: Line | None
    paths: list[Line] = field(default_factory=list)
    sites: list[Line] = field(default_factory=list)
    devices: list[Line] = field(default_factory=list)
    refusals: list[tuple[str, int]] = field(default_factory=list)
    queues: list[Queue] = field(default_factory=list)
    not_accepted: int = 0
    room: Room | None = None

    @property
    def is_cut(self) -> bool:
        return self.whole is not None and self.whole.count >= MOST


def coming_since(active: Active, since: dt.datetime) -> Coming:
    """What the platform sent to itself is no arrival."""
    permit(active, "view_recordings")
    rows = _sample(since)
    whole = _lines(rows)
    return Coming(
        since,
        whole[0] if whole else None,
        _lines(rows, "path"),
        _lines(rows, "site"),
        _lines(rows.filter(recording__isnull=False), "maker", "model"),
        _refusals(rows),
        [
            _waiting("Files to be read", _moving(Ingress.objects.all(), ""), "received_at"),
            _waiting(
                "Recordings to be measured",
                _moving(StageRun.objects.filter(stage="measure"), "recording__"),
                "created_at",
            ),
        ],
        _not_accepted(since),
        room_now(),
    )


def _sample(since: dt.datetime) -> QuerySet[Ingress]:
    newest = Ingress.objects.filter(is_canary=False, received_at__gte=since)
    names = newest.order_by("-received_at", "-id").values("pk")[:MOST]
    return Ingress.objects.filter(pk__in=names).order_by()


def _lines(rows: QuerySet[Ingress], *by: str) -> list[Line]:
    """The busiest first."""
    measured = FilteredRelation(
        "recording__stage_runs",
        condition=Q(recording__stage_runs__stage="measure", recording__stage_runs__subject=""),
    )
    took = F("measure_run__finished_at") - F("received_at")
    new = Q(outcome=Outcome.NEW, measure_run__finished_at__isnull=False)
    figures: dict[str, Any] = {
        "count": Count("id"),
        "last_at": Max("received_at", output_field=DateTimeField()),
        "p50": Percentile(took, at=0.5, filter=new),
        "p95": Percentile(took, at=0.95, filter=new),
    } | {name: Count("id", filter=one) for name, (_, one) in OUTCOMES.items()}
    runs: QuerySet[Any] = rows.annotate(measure_run=measured)
    if not by:
        found = runs.aggregate(**figures)
        return [_line(found, ())] if found["count"] else []
    named = runs.values(**{f"by_{name}": BY[name] for name in by}).annotate(**figures)
    keys = tuple(f"by_{name}" for name in by)
    busiest: QuerySet[Any] = named.order_by("-count", *keys)[:LISTED]
    return [_line(row, keys) for row in busiest]


def _line(row: Mapping[str, Any], keys: tuple[str, ...]) -> Line:
    return Line(
        tuple(row[key] or "" for key in keys),
        row["count"],
        tuple(row[name] for name in OUTCOMES),
        row["p50"],
        row["p95"],
        row["last_at"],
    )


def _refusals(rows: QuerySet[Ingress]) -> list[tuple[str, int]]:
    stopped = rows.filter(state__in=(State.QUARANTINED, State.DEAD))
    counted = stopped.values_list("error_code").annotate(count=Count("id"))
    return list(counted.order_by("-count", "error_code")[:LISTED])


def _moving(rows: QuerySet[Any], path: str) -> QuerySet[Any]:
    return rows.filter(**{"state__in": MOVING, f"{path}is_canary": False})


def _waiting(name: str, waiting: QuerySet[Any], since: str) -> Queue:
    """Work is taken in this order, so the oldest is among the first."""
    first = waiting.order_by("lane", "turn").values("pk")[:BOUND]
    found = waiting.model.objects.filter(pk__in=first).aggregate(
        depth=Count("id"), oldest=Min(since, output_field=DateTimeField())
    )
    return Queue(name, found["depth"], found["oldest"])


def _not_accepted(since: dt.datetime) -> int:
    """Turned away at a door, so that no file is kept: only the trail knows of them."""
    events = events_in(since, timezone.now()).filter(code="ingestion.file.refused")
    return events.order_by()[:BOUND].count()
