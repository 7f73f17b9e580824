"""One organization pushes a burst of files; how long another waits for its reports meanwhile."""

from __future__ import annotations

import multiprocessing
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections

from apps.ingestion.models import Ingress
from apps.web.demo.organizations import LAKESIDE, MERCY, provision
from tests.bench import files
from tests.bench.cost import Cost, percentile
from tests.bench.flow import report_of, send, warm_up
from tests.bench.rows import Note, Row, Size
from tests.bench.services import is_idle, running, wait_for
from tests.factories import inside

LEAST_MS = 1000.0
PAUSES_S = (0.3, 1.2)
# Enough for a p95 that one unlucky moment does not make.
LEAST_SAMPLES = 40


def waiting_beside(size: Size) -> Iterator[Row | Note]:
    busy, small = provision(MERCY), provision(LAKESIDE)
    with running("ehr", "qcluster", "sweep"):
        warm_up(small)
        idle = [_receive_to_report(small) for _ in range(min(LEAST_SAMPLES, size.arrivals * 2))]
        wait_for(is_idle)
        began, beside = time.monotonic(), []
        # Benchmarks before this one leave files of that organization behind.
        expected = _files_of(busy) + size.burst
        with _pushing(busy, size.burst) as pusher:
            while not _is_over(busy, pusher, expected):
                beside.append(_receive_to_report(small))
        seconds = time.monotonic() - began
    yield _row(idle, beside)
    yield Note(
        f"{size.burst} files of one organization in {seconds:.0f} s, {len(beside)} of the other"
        f" meanwhile. Idle: median {statistics.median(idle):.0f} ms, p95"
        f" {percentile(idle, 0.95):.0f} ms; beside the burst: median"
        f" {statistics.median(beside):.0f} ms, slowest {max(beside):.0f} ms."
    )


def _row(idle: list[float], beside: list[float]) -> Row:
    slow = percentile(beside, 0.95)
    limit = max(2 * percentile(idle, 0.95), LEAST_MS)
    return Row(
        "received to report beside another's burst, p95",
        Cost(None, slow),
        "the greater of 2 × idle and 1 s",
        slow,
        limit,
        bar=1.0,
    )


def _receive_to_report(organization: Any) -> float:
    """Milliseconds from the first byte at the door to a report that can be read."""
    time.sleep(random.uniform(*PAUSES_S))
    data = files.variants(1)[0]
    began = time.perf_counter()
    ingress = send(organization, data)
    wait_for(lambda: report_of(organization, ingress), every_s=0.01)
    return (time.perf_counter() - began) * 1000


@contextmanager
def _pushing(organization: Any, count: int) -> Iterator[Any]:
    """A process of its own that sends as fast as the door takes."""
    for connection in connections.all():
        connection.close()
    pusher = multiprocessing.get_context("fork").Process(
        target=_push, args=(organization, count), daemon=True
    )
    pusher.start()
    try:
        yield pusher
    finally:
        pusher.terminate()
        pusher.join()


def _push(organization: Any, count: int) -> None:
    for number in range(files.FOR_OTHERS, files.FOR_OTHERS + count):
        send(organization, files.variant(number))


def _files_of(organization: Any) -> int:
    with inside(organization):
        return Ingress.objects.count()


def _is_over(organization: Any, pusher: Any, expected: int) -> bool:
    if pusher.is_alive():
        return False
    assert pusher.exitcode == 0, "the burst broke off"
    found = _files_of(organization)
    assert found == expected, f"{found} files of {expected} are on the queue's record"
    with inside(organization):
        return not Ingress.objects.filter(state__in=("received", "processing")).exists()
