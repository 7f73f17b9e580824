"""CPU of one ECG by stage, all in this process: application, parse child and PostgreSQL."""

from __future__ import annotations

import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar
from unittest.mock import patch

from django.db import connections, transaction
from django.utils import timezone

from apps.core import drain, leases
from apps.core.postgres.base import DatabaseWrapper
from apps.core.scope import organization_scope
from apps.ecg.formats import sandbox
from apps.ecg.models import StageRun
from apps.ingestion.actions import accept
from apps.reports.actions import save_draft, sign_report, viewed_digest
from apps.reports.models import Report
from apps.web.demo.organizations import PASSWORD
from tests.bench import files
from tests.bench.cost import Cost
from tests.bench.place import demo_organization, reader_of
from tests.bench.processes import own_cpu_ms, tree_cpu_ms
from tests.bench.rows import Note, Row, Size, within
from tests.bench.services import running
from tests.factories import inside

T = TypeVar("T")

ALIASES = ("default", "dispatch")
# The steps of the budget and the stages that belong to each, in milliseconds of CPU.
BUDGET: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    ("receive and store", 12, ("accept",)),
    ("parse, link, audit", 20, ("decode and link",)),
    ("queue: claims, drafts, hand-overs", 10, ("claim", "draft", "infer", "run")),
    ("measure", 25, ("measure",)),
    ("sign, with the PDF", 25, ("sign",)),
    ("message, delivery, charges", 8, ("deliver", "send", "charge")),
)
SUM_MS = 100.0


@dataclass(slots=True)
class Spent:
    calls: int = 0
    app_ms: float = 0.0
    server_ms: float = 0.0
    wall_ms: float = 0.0
    statements: int = 0
    commits: int = 0


class Meter:
    """Adds up what each named stage spends."""

    def __init__(self) -> None:
        self.spent: dict[str, Spent] = defaultdict(Spent)
        self.statements = self.commits = 0
        self.servers = [self._server(alias) for alias in ALIASES]

    def __call__(self, name: str, work: Callable[[], T]) -> T:
        spent, counted = self.spent[name], (self.statements, self.commits)
        elsewhere = self._elsewhere()
        began = time.process_time(), time.perf_counter()
        done = work()
        spent.app_ms += (time.process_time() - began[0]) * 1000
        spent.wall_ms += (time.perf_counter() - began[1]) * 1000
        child, server = self._elsewhere()
        spent.app_ms += child - elsewhere[0]
        spent.server_ms += server - elsewhere[1]
        spent.calls += 1
        spent.statements += self.statements - counted[0]
        spent.commits += self.commits - counted[1]
        return done

    def count(self, execute: Any, *arguments: Any) -> Any:
        self.statements += 1
        return execute(*arguments)

    def _elsewhere(self) -> tuple[float, float]:
        """CPU of the parse children and of our two PostgreSQL sessions."""
        child = sandbox.default._process
        return (tree_cpu_ms([child.pid]) if child else 0.0), own_cpu_ms(self.servers)

    def _server(self, alias: str) -> int:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return int(cursor.fetchone()[0])


def by_stage(size: Size) -> Iterator[Row | Note]:
    organization = demo_organization()
    reader = reader_of(organization)
    with running("ehr"):
        for data in files.variants(2):
            _whole_way(organization, reader, data, Meter())
        meter, recordings = Meter(), files.variants(size.runs)
        with _counting(meter):
            for data in recordings:
                _whole_way(organization, reader, data, meter)
    yield from _rows(meter, len(recordings))


def _counting(meter: Meter) -> Any:
    """Statements through Django's cursors, and transactions that were committed."""
    commit = DatabaseWrapper._commit

    def counted(wrapper: DatabaseWrapper) -> Any:
        meter.commits += 1
        return commit(wrapper)

    for alias in ALIASES:
        connections[alias].execute_wrappers[:] = [meter.count]
    return patch.object(DatabaseWrapper, "_commit", counted)


def _whole_way(organization: Any, reader: Any, data: bytes, meter: Meter) -> None:
    with organization_scope(organization.pk):
        key = uuid.uuid4().hex
        arrived = meter(
            "accept",
            lambda: accept(source="web", chunks=[data], filename="ecg.dcm", idem_key=key),
        )
    _drain(meter)
    with inside(organization):
        arrived.ingress.refresh_from_db()
        report = Report.objects.get(recording=arrived.ingress.recording)
    with organization_scope(organization.pk):
        now = timezone.now()
        text = {"text": "Sinus rhythm.", "revision": report.draft_revision}
        report = meter("save the text", lambda: save_draft(report, editor=reader, now=now, **text))
        with transaction.atomic():
            viewed = viewed_digest(report)
        proof = {"revision": report.draft_revision, "viewed": viewed}
        proof |= {"password": PASSWORD, "now": now}
        meter("sign", lambda: sign_report(report, reader=reader, **proof))
    _drain(meter)


def _drain(meter: Meter) -> None:
    """As the product's own drain, with a look at the clocks around every step."""
    inside_a_drain = drain._draining.set(True)
    while lease := meter("claim", drain._claim_next):
        name = _name(lease)
        meter(name, lambda taken=lease: drain.work(taken))
    drain._draining.reset(inside_a_drain)


def _name(lease: leases.Lease) -> str:
    names = {"Ingress": "decode and link", "InferenceRun": "run", "Delivery": "send"}
    if lease.model is not StageRun:
        return names[lease.model.__name__]
    with organization_scope(lease.organization_id), transaction.atomic():
        return StageRun.objects.values_list("stage", flat=True).get(pk=lease.id)


def _rows(meter: Meter, count: int) -> Iterator[Row | Note]:
    total = 0.0
    for step, limit, names in BUDGET:
        spent = [meter.spent[name] for name in names]
        cpu = sum(one.app_ms + one.server_ms for one in spent) / count
        total += cpu
        wall = sum(one.wall_ms for one in spent) / count
        yield within(f"{step} ({', '.join(names)})", Cost(cpu, wall), limit)
    yield within("one ECG from door to EHR, app + PostgreSQL", Cost(total), SUM_MS)
    lines = ["stage             calls  app ms  server ms  wall ms  statements  commits"]
    for name, one in meter.spent.items():
        share = [one.app_ms, one.server_ms, one.wall_ms, one.statements, one.commits]
        cells = "".join(f"{value / count:10.1f}" for value in share)
        lines.append(f"{name:<16}{one.calls / count:6.1f}{cells}")
    yield Note(
        "By stage, for one ECG. A statement is one call of a Django cursor; opening a transaction,"
        " pinning the organization, committing and writing the audit chain come on top. The"
        " password of the signer is checked with the tests' cheap hash.",
        "\n".join(lines),
    )
