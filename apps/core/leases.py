"""Rows that a worker may hold for a while: claim, heartbeat, finish, release, reclaim, replay.

Every duration is measured by the database's clock. A row is claimed by the dispatch role, which
sees no clinical column, and worked on by the application role inside the row's organization.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections, models
from django.db.models.functions import Now

from apps.core.fields import Tenant

LIVE, BULK = 0, 1
LANES = (LIVE, BULK)


class LeaseLost(Exception):
    """Another worker holds the row now: this one's work must not be written."""


class Leased(Tenant):
    """The columns of a claimable row."""

    class State(models.TextChoices):
        RECEIVED = "received", "Waiting"
        PROCESSING = "processing", "In work"
        DONE = "done", "Done"
        DUPLICATE = "duplicate", "Duplicate"
        QUARANTINED = "quarantined", "Quarantined"
        DEAD = "dead", "Given up"

    state = models.CharField(
        max_length=12,
        choices=State.choices,
        default=State.RECEIVED,
        db_comment="operational: Where the row stands between waiting and done.",
    )
    attempts = models.PositiveSmallIntegerField(
        default=0, db_comment="operational: How often the row was claimed."
    )
    lane = models.SmallIntegerField(
        default=LIVE, db_comment="operational: 0 live arrivals, 1 bulk import; lower goes first."
    )
    turn = models.BigIntegerField(
        default=0, db_comment="operational: Fair place among organizations, set by a trigger."
    )
    available_at = models.DateTimeField(
        db_default=Now(), db_comment="operational: Not to be claimed before this time."
    )
    lease_token = models.UUIDField(
        null=True, editable=False, db_comment="operational: Names the claim that may finish."
    )
    lease_until = models.DateTimeField(
        null=True, editable=False, db_comment="operational: When the claim ends unless renewed."
    )
    error_code = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_comment="operational: Why the last attempt failed, a code without patient data.",
    )
    trace_id = models.UUIDField(
        default=uuid.uuid4,
        editable=False,
        db_comment="operational: Given at the door and carried on every later row.",
    )

    class Meta:
        abstract = True


@dataclass(frozen=True, slots=True)
class Lease:
    """One claim of one row."""

    model: type[Leased]
    id: int
    organization_id: int
    token: uuid.UUID
    attempts: int

    @property
    def table(self) -> str:
        return self.model._meta.db_table


def waiting(models: Sequence[type[Leased]]) -> list[tuple[type[Leased], int]]:
    """Which queues and lanes have a claimable row, in the order to empty them: one statement."""
    places = [(lane, place) for lane in LANES for place in range(len(models))]
    looks = [
        f"""SELECT {lane}, {place} WHERE EXISTS (
              SELECT FROM {models[place]._meta.db_table}
              WHERE state = 'received' AND lane = {lane} AND available_at <= clock_timestamp())"""
        for lane, place in places
    ]
    with connections["dispatch"].cursor() as cursor:
        cursor.execute(" UNION ALL ".join(looks))
        return [(models[place], lane) for lane, place in sorted(cursor.fetchall())]


def claim(model: type[Leased], lane: int) -> Lease | None:
    """Take the fairest waiting row of a lane, or None."""
    return _claim(model, "lane = %s ORDER BY lane, turn, id LIMIT 1", lane)


def claim_row(model: type[Leased], row_id: int) -> Lease | None:
    """Take one row out of its turn; None where it is not waiting."""
    return _claim(model, "id = %s", row_id)


def _claim(model: type[Leased], which: str, value: int) -> Lease | None:
    table = model._meta.db_table
    with connections["dispatch"].cursor() as cursor:
        cursor.execute(
            f"""WITH chosen AS (
                  SELECT id FROM {table}
                  WHERE state = 'received' AND available_at <= clock_timestamp()
                    AND {which} FOR UPDATE SKIP LOCKED)
                UPDATE {table} t
                SET state = 'processing', attempts = attempts + 1,
                    lease_token = gen_random_uuid(),
                    lease_until = clock_timestamp() + make_interval(secs => %s)
                FROM chosen WHERE t.id = chosen.id
                RETURNING t.id, t.organization_id, t.lease_token, t.attempts""",
            [value, settings.LEASE_SECONDS],
        )
        row = cursor.fetchone()
    return Lease(model, *row) if row else None


def renew(lease: Lease) -> bool:
    """Lengthen the lease; False when it is no longer ours."""
    with connections["dispatch"].cursor() as cursor:
        cursor.execute(
            f"""UPDATE {lease.table}
                SET lease_until = clock_timestamp() + make_interval(secs => %s)
                WHERE id = %s AND lease_token = %s AND state = 'processing'""",
            [settings.LEASE_SECONDS, lease.id, lease.token],
        )
        return bool(cursor.rowcount)


def finish(
    lease: Lease, state: str = Leased.State.DONE, error_code: str = "", **results: Any
) -> None:
    """End the work inside the transaction of its results; those that are columns of the row come
    along in the same statement. Raises LeaseLost when fenced off."""
    ours = lease.model.objects.filter(
        pk=lease.id, lease_token=lease.token, state=Leased.State.PROCESSING
    )
    columns = {"state": state, "error_code": error_code, "lease_token": None, "lease_until": None}
    if ours.update(**columns, **results) != 1:
        raise LeaseLost


def release(lease: Lease, error_code: str) -> None:
    """Give the row back for another attempt after a backoff; dead when attempts are used up."""
    dead = lease.attempts >= settings.MAX_ATTEMPTS
    # A row that is given up keeps the moment of it.
    backoff = 0 if dead else settings.RETRY_BACKOFF_SECONDS * 2 ** (lease.attempts - 1)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            f"""UPDATE {lease.table}
                SET state = %s, error_code = %s, lease_token = NULL, lease_until = NULL,
                    available_at = clock_timestamp() + make_interval(secs => %s)
                WHERE id = %s AND lease_token = %s AND state = 'processing'""",
            ["dead" if dead else "received", error_code, backoff, lease.id, lease.token],
        )


def postpone(lease: Lease, error_code: str, seconds: float) -> None:
    """Give the row back without counting the attempt: the other side is known to be down."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            f"""UPDATE {lease.table}
                SET state = 'received', attempts = greatest(attempts - 1, 0), error_code = %s,
                    lease_token = NULL, lease_until = NULL,
                    available_at = clock_timestamp() + make_interval(secs => %s)
                WHERE id = %s AND lease_token = %s AND state = 'processing'""",
            [error_code, seconds, lease.id, lease.token],
        )


def reclaim(model: type[Leased]) -> int:
    """Take back rows whose lease ran out; how many."""
    with connections["dispatch"].cursor() as cursor:
        cursor.execute(
            f"""UPDATE {model._meta.db_table}
                SET state = CASE WHEN attempts >= %s THEN 'dead' ELSE 'received' END,
                    lease_token = NULL, lease_until = NULL, error_code = 'lease-lost',
                    available_at = clock_timestamp() + make_interval(
                      secs => CASE WHEN attempts >= %s THEN 0 ELSE %s END)
                WHERE state = 'processing' AND lease_until < clock_timestamp()""",
            [settings.MAX_ATTEMPTS, settings.MAX_ATTEMPTS, settings.RETRY_BACKOFF_SECONDS],
        )
        return int(cursor.rowcount)


def replay(row: Leased) -> bool:
    """Put a dead or quarantined row back in the queue with fresh attempts; False when it is not."""
    table = row._meta.db_table
    with connections["default"].cursor() as cursor:
        cursor.execute(
            f"""UPDATE {table}
                SET state = 'received', attempts = 0, error_code = '',
                    available_at = clock_timestamp(),
                    turn = app.{table}_next_turn(organization_id, lane)
                WHERE id = %s AND state IN ('dead', 'quarantined')""",
            [row.pk],
        )
        return bool(cursor.rowcount)


@dataclass(frozen=True, slots=True)
class QueueState:
    """Age of the oldest claimable row in seconds (None: none waits) and rows validly leased."""

    oldest_available_s: float | None
    leased: int


def queue_state(model: type[Leased]) -> QueueState:
    with connections["dispatch"].cursor() as cursor:
        cursor.execute(
            f"""SELECT (SELECT extract(epoch FROM clock_timestamp() - available_at)
                        FROM {model._meta.db_table}
                        WHERE state = 'received' AND available_at <= clock_timestamp()
                        ORDER BY lane, turn, id LIMIT 1),
                       (SELECT count(*) FROM {model._meta.db_table}
                        WHERE state = 'processing' AND lease_until >= clock_timestamp())"""
        )
        oldest, leased = cursor.fetchone()
    return QueueState(None if oldest is None else float(oldest), int(leased))
