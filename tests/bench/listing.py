"""The worklist at a million recordings, with row-level security and without."""

from __future__ import annotations

import re
import statistics
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection, transaction
from django.test import Client

from apps.core.scope import PIN, organization_scope
from apps.reports import queries
from apps.reports.models import Report
from apps.tenants.access import Active
from tests.bench.cost import Cost, costs_of, percentile
from tests.bench.growing import compared, door_to_draft
from tests.bench.plans import Plan, explain
from tests.bench.rows import Note, Row, Size, beside
from tests.bench.searching import searched
from tests.bench.seeding import ORGANIZATIONS, TABLES, Seeded, fill, make_organizations
from tests.database import raw_connection
from tests.factories import inside

SMALL_ROWS = 10_000
RLS_BAR = 1.8
# A hundred times the rows are a level or so more in each tree that a page looks into.
BUFFERS_BAR = 2.0
PAGE_PEER_MS, PAGE_QUERIES = 16.0, 8
GUARDED = [model._meta.db_table for model in TABLES] + [
    "ingestion_identitycase",
    "ingestion_order",
    "ingestion_orderlink",
    "reports_criticalresult",
    "reports_reportversion",
    "tenants_site",
]

Statement = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Timed:
    """One page at one size."""

    with_rls: list[float]
    without: list[float]
    plan: Plan


def listing(size: Size) -> Iterator[Row | Note]:
    made = make_organizations()
    few = min(SMALL_ROWS, size.rows // 2) // ORGANIZATIONS
    began = time.perf_counter()
    fill(made, 0, few)
    small = _pages(made[3], size.queries)
    few_cost = door_to_draft(made[3].organization, size.runs)
    fill(made, few, size.rows // ORGANIZATIONS - few)
    seconds = time.perf_counter() - began
    large = _pages(made[3], size.queries)
    yield Note(
        f"Worklist: {size.rows:,} recordings of {ORGANIZATIONS} organizations, one report in"
        f" five open, two numbers and one statement each; filled in {seconds:.0f} s."
    )
    many_cost = door_to_draft(made[3].organization, size.runs)
    yield from compared(few_cost, many_cost, (few * ORGANIZATIONS, size.rows))
    for page in large:
        yield from _rows(page, small[page], large[page], few * ORGANIZATIONS, size.rows)
    yield from searched(made[3], size.queries, timed)
    yield from _whole_page(made[3], size)


def _rows(page: str, small: Timed, large: Timed, few: int, many: int) -> Iterator[Row | Note]:
    ours, other = _cost(large.with_rls), _cost(large.without)
    slow = percentile(large.with_rls, 0.95)
    name = f"worklist, {page}, {many:,} rows"
    yield beside(f"{name}, median", ours, "without RLS", other, bar=RLS_BAR, wall=True)
    slow_without = Cost(None, percentile(large.without, 0.95))
    yield beside(f"{name}, p95", Cost(None, slow), "without RLS", slow_without, wall=True)
    few_cost = _cost(small.with_rls)
    # Minutes lie between the two: the buffers below judge, the times only illustrate.
    yield beside(f"{name}, median", ours, f"at {few:,}", few_cost, wall=True)
    pages, before = large.plan.buffers, small.plan.buffers
    yield Row(
        f"{name}, buffers", Cost(), f"at {few:,}", pages, before, "pages of 8 kB", bar=BUFFERS_BAR
    )
    differing = sorted(set(small.plan.indexes) ^ set(large.plan.indexes))
    same = f"other indexes ({', '.join(differing)}) than" if differing else "the indexes of it"
    sorts = "sorts many rows" if large.plan.sorts_many else "no sort of the list"
    whole = ", ".join(large.plan.scans_whole) or "none"
    yield Note(
        f"Plan of the {page}: {same} at {few:,} rows; {sorts}; tables read whole: {whole};"
        f" {large.plan.buffers} buffers.",
        large.plan.text,
    )


def _cost(walls: list[float]) -> Cost:
    return Cost(None, statistics.median(walls))


def _pages(one: Seeded, runs: int) -> dict[str, Timed]:
    active = Active(one.organization.pk, "reader")
    with inside(one.organization):
        rows = Report.objects.filter(status__in=Report.OPEN)
        rows = rows.order_by("priority_rank", "waiting_since", "id")
        middle = rows[rows.count() // 2].public_id
    return {
        "first page": timed(one, _statement(active, None), runs),
        "page in the middle": timed(one, _statement(active, middle), runs),
    }


def _statement(active: Active, after: uuid.UUID | None) -> Statement:
    """What the product's own function sends."""
    sent: list[Statement] = []

    def keep(execute: Any, query: str, values: Any, many: bool, context: Any) -> Any:
        sent.append((query, [str(v) if isinstance(v, str) else v for v in values or ()]))
        return execute(query, values, many, context)

    with (
        organization_scope(active.organization_id),
        transaction.atomic(),
        connection.execute_wrapper(keep),
    ):
        queries.worklist(active, queries.Filters(), after)
    (statement,) = sent
    return statement


def timed(one: Seeded, statement: Statement, runs: int) -> Timed:
    """Turn by turn as the application's role and as the owner, freed of the policies for once."""
    organization_id = one.organization.pk
    query, values = statement
    with (
        raw_connection("default", autocommit=False) as app,
        raw_connection("owner", autocommit=False) as owner,
    ):
        app.execute(PIN, [str(organization_id)])
        plan = explain(app, query, values)
        app.rollback()
        free = _with_filter(query, organization_id)
        spent: tuple[list[float], list[float]] = [], []
        for _ in range(runs):
            app.execute(PIN, [str(organization_id)])
            spent[0].append(_run(app, query, values))
            app.rollback()
            for table in GUARDED:
                owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            spent[1].append(_run(owner, free, values))
            owner.rollback()
    return Timed(*spent, plan)


def _run(connection: psycopg.Connection[Any], query: str, values: Any) -> float:
    cursor = psycopg.ClientCursor(connection)
    began = time.perf_counter()
    cursor.execute(query, values)
    cursor.fetchall()
    return (time.perf_counter() - began) * 1000


def _with_filter(query: str, organization_id: int) -> str:
    """The same with the organization written out for every table the policies would guard."""

    def filtered(found: re.Match[str]) -> str:
        word, table, alias = found.groups()
        if table not in GUARDED:
            return found[0]
        rows = f'(SELECT * FROM "{table}" WHERE organization_id = {organization_id})'
        return f"{word} {rows} {alias or table}"

    return re.sub(r'(FROM|JOIN) "(\w+)"(?: ([T-Z]\d))?', filtered, query)


def _whole_page(one: Seeded, size: Size) -> Iterator[Row | Note]:
    client, sent = Client(), [0]
    client.force_login(one.reader)

    def count(execute: Any, *arguments: Any) -> Any:
        sent[0] += 1
        return execute(*arguments)

    def get() -> None:
        assert client.get("/worklist").status_code == 200

    get()
    with connection.execute_wrapper(count):
        get()
    (cost,) = costs_of([get], min(size.runs, size.queries))
    yield Row(
        "worklist page, whole request",
        cost,
        "Django template elsewhere",
        cost.cpu_ms or 0,
        PAGE_PEER_MS,
        bar=1.0,
    )
    yield Row("worklist page, queries", Cost(), "budget", sent[0], PAGE_QUERIES, "", bar=1.0)
