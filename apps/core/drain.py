"""What a queue task does: take waiting rows one after another until there are none."""

from __future__ import annotations

import time
from contextvars import ContextVar
from functools import cache

import structlog
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import OrmQ
from django_q.tasks import async_task

from apps.core import leases
from apps.core.errors import PermanentError, RetryableError, UnavailableError
from apps.core.heartbeat import Heartbeat
from apps.core.scope import organization_scope
from config.pipeline import LEASED

log = structlog.get_logger(__name__)

TASK = "apps.core.drain.drain"
ENOUGH_TASKS = 4

_draining: ContextVar[bool] = ContextVar("draining", default=False)


@cache
def leased_models() -> tuple[type[leases.Leased], ...]:
    return tuple(apps.get_model(label) for label in LEASED)


def wake() -> None:
    """Queue a drain task unless enough wait; those that killed workers left locked count not."""
    if OrmQ.objects.filter(lock__lte=timezone.now()).count() < ENOUGH_TASKS:
        async_task(TASK)


def wake_on_commit() -> None:
    """Not from inside a drain: that one looks again before it ends."""
    if not _draining.get():
        transaction.on_commit(_wake_quietly)


def _wake_quietly() -> None:
    try:
        wake()
    except DatabaseError as error:
        # The row is committed; the sweeper wakes the workers within seconds.
        log.warning("wake.failed", error_class=type(error).__name__)


def drain() -> None:
    """Work until nothing waits or the time slice is used up. Raises nothing."""
    token = _draining.set(True)
    try:
        if not _emptied():
            wake()
    except Exception as error:
        # The queue would keep its words, which may quote a row; the sweeper wakes the workers.
        log.error("drain.failed", error_class=type(error).__name__)
    finally:
        _draining.reset(token)


def _emptied() -> bool:
    """False when the time slice ended first."""
    deadline = time.monotonic() + settings.DRAIN_SECONDS
    with Heartbeat() as heartbeat:
        while time.monotonic() < deadline:
            lease = _claim_next()
            if lease is None:
                return True
            heartbeat.watch(lease)
            work(lease)
            heartbeat.watch(None)
            _drop_broken_connections()
    return False


def work_on(model: type[leases.Leased], row_id: int) -> bool:
    """Work on that row at once, in this process; False where it is not waiting."""
    lease = leases.claim_row(model, row_id)
    if lease is None:
        return False
    with Heartbeat() as heartbeat:
        heartbeat.watch(lease)
        work(lease)
    _drop_broken_connections()
    return True


def _drop_broken_connections() -> None:
    """Only after an error: `close_old_connections` would ask every one again for every row."""
    for connection in connections.all(initialized_only=True):
        if connection.errors_occurred:
            connection.close_if_unusable_or_obsolete()


def _claim_next() -> leases.Lease | None:
    for model, lane in leases.waiting(leased_models()):
        lease = leases.claim(model, lane)
        if lease is not None:
            return lease
    return None


def work(lease: leases.Lease) -> None:
    """Run the job of a claimed row and settle what it raises."""
    job = import_string(LEASED[lease.model._meta.label])
    structlog.contextvars.bind_contextvars(table=lease.table, id=lease.id)
    try:
        with organization_scope(lease.organization_id):
            _settle(lease, job)
    finally:
        structlog.contextvars.unbind_contextvars("table", "id", "trace_id", "stage")


def _settle(lease: leases.Lease, job: object) -> None:
    assert callable(job)
    try:
        job(lease)
    except leases.LeaseLost:
        log.warning("lease.lost", attempts=lease.attempts)
    except PermanentError as error:
        log.warning("job.failed", code=error.code)
        with transaction.atomic():
            _finish_if_ours(lease, error.code)
    except UnavailableError as error:
        log.warning("job.waits", code=error.code)
        _release(lease, error.code, waits=True)
    except RetryableError as error:
        log.warning("job.retried", code=error.code, attempts=lease.attempts)
        _release(lease, error.code)
    except Exception as error:
        # A library's text may quote a row: only the class is kept.
        name = type(error).__name__
        log.error("job.crashed", error_class=name, attempts=lease.attempts)
        _release(lease, f"crashed:{name}"[:64])


def _finish_if_ours(lease: leases.Lease, code: str) -> None:
    try:
        leases.finish(lease, leases.Leased.State.DEAD, code[:64], available_at=Now())
    except leases.LeaseLost:
        log.warning("lease.lost", attempts=lease.attempts)


def _release(lease: leases.Lease, code: str, *, waits: bool = False) -> None:
    try:
        with transaction.atomic():
            if waits:
                leases.postpone(lease, code[:64], settings.UNAVAILABLE_PAUSE_SECONDS)
            else:
                leases.release(lease, code[:64])
    except DatabaseError as error:
        # The lease runs out and the sweeper takes the row back.
        log.warning("lease.not_released", error_class=type(error).__name__)
        connections["default"].close()
