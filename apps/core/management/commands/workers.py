"""A qcluster that is kept at work: replaced where it ends, or takes no waiting work any more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections

from apps.core import leases
from apps.core.drain import leased_models
from apps.core.wedged import Judge

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 1.0
STEADY_AFTER_S = 60.0
LONGEST_PAUSE_S = 30.0
STOP_PATIENCE_S = 30.0


class Command(BaseCommand):
    help = (
        "Run the queue's workers (qcluster) and keep them at work: they are started again where"
        " they end, or where a killed one has left the others waiting for ever."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: stop.set())
        keep_at_work(stop)


def keep_at_work(stop: threading.Event) -> None:
    """Returns once told to stop and nothing of the qcluster is left."""
    cluster, judge, failures = Cluster(), Judge(), 0
    try:
        while not stop.wait(LOOK_EVERY_S):
            if (code := cluster.exit_code()) is not None:
                failures = 0 if cluster.age_s > STEADY_AFTER_S else failures + 1
                log.error("qcluster.ended", code=code)
                if stop.wait(min(LONGEST_PAUSE_S, 2.0 ** (failures - 1))):
                    return
            elif is_wedged(cluster, judge):
                log.error("qcluster.wedged", count=judge.in_vain)
            else:
                continue
            cluster.kill()
            cluster = Cluster()
    finally:
        cluster.stop()
        connections.close_all()


def is_wedged(cluster: Cluster, judge: Judge) -> bool:
    """Without a database nobody is condemned."""
    try:
        states = [leases.queue_state(model) for model in leased_models()]
    except DatabaseError as error:
        log.warning("queue.not_read", error_class=type(error).__name__)
        connections.close_all()
        return False
    waiting = [s.oldest_available_s for s in states if s.oldest_available_s is not None]
    return judge.condemns(
        age_s=cluster.age_s,
        waiting_s=max(waiting, default=None),
        leased=sum(state.leased for state in states),
    )


class Cluster:
    """A qcluster in a process group of its own, running from the start."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "qcluster"],
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._started = time.monotonic()

    @property
    def age_s(self) -> float:
        return time.monotonic() - self._started

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def kill(self) -> None:
        """Nothing of the group is left; what was in work comes back when its lease ends."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Ask it to finish what is in work, then end what is left."""
        if self._process.poll() is None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_PATIENCE_S)
        self.kill()
