"""CPU of one ECG by stage, all in this process: application, parse child and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core.scope import organization_scope
from apps.reports.actions import save_draft, sign_report, viewed_digest
from apps.reports.models import Report
from apps.web.demo.organizations import PASSWORD
from tests.bench import files
from tests.bench.cost import Cost
from tests.bench.meter import Meter, arrive, counting, drained
from tests.bench.place import demo_organization, reader_of
from tests.bench.rows import Note, Row, Size, within
from tests.bench.services import running
from tests.factories import inside

# The steps of the budget and the stages that belong to each, in milliseconds of CPU.
BUDGET: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    ("receive and store", 12, ("accept",)),
    ("parse, link, audit", 20, ("decode and link",)),
    ("queue: claims, the rule-based reading", 10, ("claim", "run")),
    ("measure, open the report", 25, ("measure",)),
    ("sign, with the PDF", 25, ("sign",)),
    ("message, delivery, charges", 8, ("deliver", "send", "charge")),
)
SUM_MS = 100.0


def by_stage(size: Size) -> Iterator[Row | Note]:
    organization = demo_organization()
    reader = reader_of(organization)
    with running("ehr"):
        for data in files.variants(2):
            _whole_way(organization, reader, data, Meter())
        meter, recordings = Meter(), files.variants(size.runs)
        with counting(meter):
            for data in recordings:
                _whole_way(organization, reader, data, meter)
    yield from _rows(meter, len(recordings))


def _whole_way(organization: Any, reader: Any, data: bytes, meter: Meter) -> None:
    ingress = arrive(organization, data, meter)
    with inside(organization):
        ingress.refresh_from_db()
        report = Report.objects.get(recording=ingress.recording)
    with organization_scope(organization.pk):
        now = timezone.now()
        text = {"text": "Sinus rhythm.", "revision": report.draft_revision}
        report = meter("save the text", lambda: save_draft(report, editor=reader, now=now, **text))
        with transaction.atomic():
            viewed = viewed_digest(report)
        proof = {"revision": report.draft_revision, "viewed": viewed}
        proof |= {"password": PASSWORD, "now": now}
        meter("sign", lambda: sign_report(report, reader=reader, **proof))
    drained(meter)


def _rows(meter: Meter, count: int) -> Iterator[Row | Note]:
    total = 0.0
    for step, limit, names in BUDGET:
        spent = [meter.spent[name] for name in names]
        cpu = meter.cpu_ms(*names) / count
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
