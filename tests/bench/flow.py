"""From the answer at the door to a report that can be read, with real workers and sweeper."""

from __future__ import annotations

import itertools
import random
import statistics
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections

from apps.core.scope import organization_scope
from apps.ecg.models import Recording, StageRun
from apps.inference.models import AlgorithmVersion
from apps.ingestion.actions import accept
from apps.ingestion.models import Ingress
from apps.reports.models import Report
from tests.bench import files
from tests.bench.cost import Cost, percentile
from tests.bench.place import demo_organization
from tests.bench.processes import parent_of, tree_cpu_ms
from tests.bench.rows import Note, Row, Size, within
from tests.bench.services import is_idle, running, wait_for
from tests.factories import inside

LEAST_A_CORE = 10.0
CORES = 2
ECG_MS = 100.0
ROUNDS = 5
# So many times the files of the other benchmarks: what starting and ending take weighs little.
LASTING = 3


def flowing(size: Size) -> Iterator[Row | Note]:
    organization = demo_organization()
    with running("ehr", "qcluster", "sweep") as services:
        warm_up(organization)
        yield from _one_by_one(organization, size.arrivals)
        yield from _all_at_once(organization, services, LASTING * size.files)


def send(organization: Any, data: bytes) -> Ingress:
    with organization_scope(organization.pk):
        key = uuid.uuid4().hex
        return accept(source="web", chunks=[data], filename="ecg.dcm", idem_key=key).ingress


def warm_up(organization: Any) -> None:
    """Every worker has loaded what it loads once, and the planner knows that there are rows."""
    for data in files.variants(6):
        send(organization, data)
    wait_for(is_idle)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


def _one_by_one(organization: Any, count: int) -> Iterator[Row | Note]:
    waits, sent = [], []
    for data in files.variants(count):
        # Not in step with the workers' look at the queue.
        time.sleep(random.uniform(0.0, 0.4))
        ingress = send(organization, data)
        began = time.perf_counter()
        wait_for(lambda one=ingress: report_of(organization, one), every_s=0.004)
        waits.append((time.perf_counter() - began) * 1000)
        sent.append(ingress)
        wait_for(is_idle)
    median, slow = statistics.median(waits), percentile(waits, 0.95)
    yield Row(
        "accepted to viewable, idle, median", Cost(None, median), "target", median, 1000, bar=1.0
    )
    yield Row("accepted to viewable, idle, p95", Cost(None, slow), "target", slow, 1000, bar=1.0)
    yield Note(
        f"Accepted to viewable: {count} files, one at a time, after a random pause. The median"
        " wall time of each part:",
        _parts(organization, sent),
    )


def report_of(organization: Any, ingress: Ingress) -> bool:
    with inside(organization):
        return Report.objects.filter(recording__original_sha256=ingress.sha256).exists()


def _parts(organization: Any, sent: list[Ingress]) -> str:
    with inside(organization):
        moments = [_moments(Ingress.objects.get(pk=one.pk)) for one in sent]
    labels = list(moments[0])
    lines = []
    for before, after in itertools.pairwise(labels):
        spans = [(one[after] - one[before]).total_seconds() * 1000 for one in moments]
        lines.append(f"{before} → {after}:".ljust(46) + f"{statistics.median(spans):8.1f} ms")
    return "\n".join(lines)


def _moments(ingress: Ingress) -> dict[str, Any]:
    stages = {run.stage: run for run in StageRun.objects.filter(recording_id=ingress.recording_id)}
    measure, draft = stages["measure"], stages["draft"]
    return {
        "received": ingress.received_at,
        "bytes checked": ingress.scanned_at,
        "decoded": ingress.decoded_at,
        "linked, measuring queued": measure.created_at,
        "measured, report open": draft.finished_at,
    }


def _all_at_once(organization: Any, services: Any, count: int) -> Iterator[Row | Note]:
    """The budget is of an ECG without inference, so none is asked for at first."""
    with inside(organization):
        enabled = list(AlgorithmVersion.objects.filter(is_enabled=True))
        AlgorithmVersion.objects.update(is_enabled=False)
    without = _fastest(organization, services, count)
    with inside(organization):
        AlgorithmVersion.objects.filter(pk__in=[one.pk for one in enabled]).update(is_enabled=True)
    yield within("one ECG measured, stored and drafted, all processes", without.cost, ECG_MS)
    yield Row(
        f"time an ECG, {count} at once, {settings.Q_CLUSTER['workers']} workers on {CORES} cores",
        without.cost,
        "budget",
        without.wall_ms,
        1000 / (LEAST_A_CORE * CORES),
        bar=1.0,
    )
    inferred = _worked_off(organization, services, count)
    yield Row(
        "the same with an algorithm's run and its charge",
        inferred.cost,
        "without them",
        inferred.cpu_ms,
        without.cpu_ms,
    )
    yield Note(f"Without inference, the fastest of {ROUNDS} rounds: {without.text}")
    yield Note(f"With it, {inferred.text}")


@dataclass(frozen=True, slots=True)
class _Work:
    """What one ECG of `count` took: CPU by process, and time."""

    count: int
    accepted_s: float
    done_s: float
    shares: dict[str, float]

    @property
    def cpu_ms(self) -> float:
        return sum(self.shares.values())

    @property
    def wall_ms(self) -> float:
        return self.done_s / self.count * 1000

    @property
    def cost(self) -> Cost:
        return Cost(self.cpu_ms, self.wall_ms)

    @property
    def text(self) -> str:
        shares = ", ".join(f"{name} {ms:.1f} ms" for name, ms in self.shares.items())
        return (
            f"{self.count} files were accepted in {self.accepted_s:.1f} s and done in"
            f" {self.done_s:.1f} s: {self.count / self.done_s:.1f} ECG/s."
            f" CPU for one ECG: {shares}."
        )


def _fastest(organization: Any, services: Any, count: int) -> _Work:
    """What else the machine does can only take longer."""
    rounds = [_worked_off(organization, services, count) for _ in range(ROUNDS)]
    return min(rounds, key=lambda one: one.done_s)


def _worked_off(organization: Any, services: Any, count: int) -> _Work:
    roots = {
        "workers": services["qcluster"].process.pid,
        "sweeper": services["sweep"].process.pid,
        "PostgreSQL": _postmaster(),
    }
    data = files.variants(count)
    drafted = _drafted(organization)
    before = {name: tree_cpu_ms([pid]) for name, pid in roots.items()}
    app, began = time.process_time(), time.perf_counter()
    for one in data:
        send(organization, one)
    accepted_s = time.perf_counter() - began
    spent = {"door": (time.process_time() - app) * 1000}
    wait_for(is_idle, every_s=0.2)
    done_s = time.perf_counter() - began
    spent |= {name: tree_cpu_ms([pid]) - before[name] for name, pid in roots.items()}
    done = _drafted(organization) - drafted
    assert done >= count, f"{done} of {count} became reports"
    shares = {name: ms / count for name, ms in spent.items()}
    return _Work(count, accepted_s, done_s, shares)


def _drafted(organization: Any) -> int:
    with inside(organization):
        return Recording.objects.filter(reports__isnull=False).count()


def _postmaster() -> int:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return parent_of(int(cursor.fetchone()[0]))
