"""`manage.py workers` keeps the queue drained whatever process of its qcluster is killed."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django_q.models import OrmQ

from apps.core import wedged
from apps.core.leases import Leased
from apps.core.management.commands import workers
from apps.core.management.commands.sweep import sweep_queues
from deploy.embedded import procfs
from tests.database import committed, database_environment
from tests.ingestion.files import ecg_file, reloaded, send

pytestmark = [committed, pytest.mark.slow]

PATIENCE_S = 120.0
ENDED = {Leased.State.DONE, Leased.State.DUPLICATE}


@pytest.fixture
def clusters(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Process groups of the qclusters that were started, in order; none is left at the end."""
    started: list[int] = []

    class Noted(workers.Cluster):
        def __init__(self) -> None:
            super().__init__()
            started.append(self._process.pid)

    environment = database_environment() | {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "EINTHOVEN_BLOB_ROOT": str(settings.BLOB_ROOT),
        "EINTHOVEN_WORKERS": "1",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(workers, "Cluster", Noted)
    monkeypatch.setattr(wedged, "WAITING_TOO_LONG_S", 3.0)
    stop = threading.Event()
    keeper = threading.Thread(target=workers.keep_at_work, args=(stop,))
    keeper.start()
    try:
        yield started
    finally:
        stop.set()
        keeper.join()
    wait_until(lambda: not any(procfs.members(group) for group in started))


def wait_until(found) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not found():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def is_done(row) -> bool:
    """Wakes the workers, as the sweeper does: what a killed one was told is lost."""
    sweep_queues()
    return reloaded(row).state in ENDED


def test_work_goes_on_whichever_process_is_killed(mercy, clusters):
    first = send(mercy, ecg_file()).ingress
    wait_until(lambda: is_done(first))
    # Killed while they wait at their queue, they leave it locked for those that follow them.
    wait_until(lambda: not OrmQ.objects.exists())
    (leader,) = clusters
    # The sentinel is the leader's child, all others are the sentinel's.
    for process in procfs.members(leader):
        if leader not in (process.pid, process.parent):
            os.kill(process.pid, signal.SIGKILL)
    second = send(mercy, ecg_file(2)).ingress
    wait_until(lambda: is_done(second))


def test_a_cluster_that_ended_is_started_again(mercy, clusters):
    wait_until(lambda: clusters)
    os.kill(clusters[0], signal.SIGKILL)
    row = send(mercy, ecg_file()).ingress
    wait_until(lambda: is_done(row))
    assert len(clusters) > 1
