"""The process that repairs what was lost: leases that ran out, wake-ups that never came."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections
from django.utils.module_loading import import_string

from apps.core import leases
from apps.core.blobs import places
from apps.core.drain import leased_models, wake
from config.pipeline import HOURLY

log = structlog.get_logger(__name__)

TEMPORARY_AGE_S = 24 * 3600
HOUR_S = 3600


class Command(BaseCommand):
    help = "Take back lost leases, wake the workers, remove leftovers of interrupted uploads."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then stop")

    def handle(self, *, once: bool, **_: Any) -> None:
        stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: stop.set())
        next_clean = 0.0
        while not stop.is_set():
            sweep_queues()
            if time.monotonic() >= next_clean:
                sweep_uploads()
                sweep_hourly()
                next_clean = time.monotonic() + HOUR_S
            if once or stop.wait(settings.SWEEP_SECONDS):
                return


def sweep_queues() -> None:
    """One round over the leased tables; a database that is away is tried again next round."""
    try:
        states = []
        for model in leased_models():
            lost = leases.reclaim(model)
            if lost:
                log.warning("lease.reclaimed", table=model._meta.db_table, count=lost)
            states.append(leases.queue_state(model))
        oldest = [s.oldest_available_s for s in states if s.oldest_available_s is not None]
        if oldest:
            wake()
        _write_status(max(oldest, default=None), sum(state.leased for state in states))
    except DatabaseError as error:
        log.warning("sweep.failed", error_class=type(error).__name__)
        connections.close_all()


def sweep_uploads() -> None:
    try:
        removed = sum(engine.sweep_temporary(TEMPORARY_AGE_S) for engine in places.engines())
    except OSError as error:
        log.warning("sweep.failed", error_class=type(error).__name__)
        return
    if removed:
        log.info("uploads.swept", count=removed)


def sweep_hourly() -> None:
    """Work of apps above, each piece by itself: one that fails is tried again in an hour."""
    for name in HOURLY:
        try:
            import_string(name)()
        except DatabaseError as error:
            log.warning("sweep.failed", error_class=type(error).__name__)


def _write_status(oldest: float | None, leased: int) -> None:
    """For whoever watches the workers: replaced whole, never half written."""
    if not settings.QUEUE_STATUS_FILE:
        return
    target = Path(settings.QUEUE_STATUS_FILE)
    status = {"oldest_available_s": oldest, "leased": leased, "at": time.time()}
    part = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(status), encoding="utf-8")
        part.replace(target)
    except OSError as error:
        log.warning("sweep.status_failed", error_class=type(error).__name__)
