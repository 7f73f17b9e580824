"""Renews the lease of the row in work from a thread of its own."""

from __future__ import annotations

import threading
import time
from contextvars import ContextVar
from types import TracebackType

import structlog
from django.conf import settings
from django.db import DatabaseError, connections

from apps.core import leases

log = structlog.get_logger(__name__)


_beating: ContextVar[Heartbeat | None] = ContextVar("beating", default=None)


def allow_for(size: int) -> None:
    """The row in work may take as much longer as so many bytes need at the slowest rate that is
    put up with.
    """
    heartbeat = _beating.get()
    if heartbeat is not None:
        heartbeat.lengthen(size / settings.STAGE_BYTES_PER_SECOND)


class Heartbeat:
    """Beats while a lease is watched, and no longer than the stage's time limit."""

    def __init__(self) -> None:
        self._lease: leases.Lease | None = None
        self._until = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        self._outer = _beating.set(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _beating.reset(self._outer)
        self._stop.set()
        self._thread.join(timeout=settings.HEARTBEAT_SECONDS)

    def watch(self, lease: leases.Lease | None) -> None:
        self._until = time.monotonic() + settings.STAGE_LIMIT_SECONDS
        self._lease = lease

    def lengthen(self, seconds: float) -> None:
        self._until += seconds

    def _run(self) -> None:
        while not self._stop.wait(settings.HEARTBEAT_SECONDS):
            self._beat()
        connections.close_all()

    def _beat(self) -> None:
        lease = self._lease
        if lease is None or time.monotonic() > self._until:
            return
        try:
            leases.renew(lease)
        except DatabaseError as error:
            # The sweeper gives the row to another worker; fencing stops this one's write.
            log.warning("lease.not_renewed", error_class=type(error).__name__, table=lease.table)
            connections["dispatch"].close()
