"""CPU of the steps of one ECG, all in this process: application, parse child and PostgreSQL."""

from __future__ import annotations

import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from unittest.mock import patch

from django.db import connections, transaction

from apps.core import drain, leases
from apps.core.postgres.base import DatabaseWrapper
from apps.core.scope import organization_scope
from apps.ecg.formats import sandbox
from apps.ecg.models import StageRun
from apps.ingestion.actions import accept
from apps.ingestion.models import Ingress
from apps.tenants.models import Organization
from tests.bench.processes import own_cpu_ms, tree_cpu_ms

T = TypeVar("T")

ALIASES = ("default", "dispatch")


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

    def cpu_ms(self, *names: str) -> float:
        """Of the named stages, or of all."""
        stages = names or tuple(self.spent)
        return sum(self.spent[name].app_ms + self.spent[name].server_ms for name in stages)

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


def counting(meter: Meter) -> Any:
    """Statements through Django's cursors, and transactions that were committed."""
    commit = DatabaseWrapper._commit

    def counted(wrapper: DatabaseWrapper) -> Any:
        meter.commits += 1
        return commit(wrapper)

    for alias in ALIASES:
        connections[alias].execute_wrappers[:] = [meter.count]
    return patch.object(DatabaseWrapper, "_commit", counted)


def arrive(organization: Organization, data: bytes, meter: Meter) -> Ingress:
    """One file through the door and every stage that follows by itself."""
    with organization_scope(organization.pk):
        key = uuid.uuid4().hex
        accepted = meter(
            "accept",
            lambda: accept(source="web", chunks=[data], filename="ecg.dcm", idem_key=key),
        )
    drained(meter)
    return accepted.ingress


def drained(meter: Meter) -> None:
    """As the product's own drain, with a look at the clocks around every step."""
    inside_a_drain = drain._draining.set(True)
    while lease := meter("claim", drain._claim_next):
        name = _name(lease)
        meter(name, lambda taken=lease: drain.work(taken))
    drain._draining.reset(inside_a_drain)


def _name(lease: leases.Lease) -> str:
    names = {"Ingress": "decode and link", "InferenceRun": "run", "Delivery": "send"}
    if lease.model is not StageRun:
        return names.get(lease.model.__name__, lease.table)
    with organization_scope(lease.organization_id), transaction.atomic():
        return StageRun.objects.values_list("stage", flat=True).get(pk=lease.id)
