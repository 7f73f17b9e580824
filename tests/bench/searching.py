"""Search beside the worklist, over the same rows: the statement that chooses a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone

from apps.core.scope import organization_scope
from apps.reports.search.grammar import parse
from apps.reports.search.listing import search
from apps.reports.search.parts import Context
from apps.tenants.access import Active
from tests.bench.cost import Cost, percentile
from tests.bench.rows import Note, Row, within
from tests.bench.seeding import Seeded

if TYPE_CHECKING:
    from tests.bench.listing import Statement, Timed

# What a reader waits for without noticing.
LIMIT_MS = 100.0
LINES = (
    "AF with QTc over 490 in women over 65 last year, not paced",
    "new LBBB compared with prior",
    "unsigned STAT since yesterday",
    "AF or paced",
    "QTc > 499",
)
TABLE = "reports_searchterm"

Timer = Callable[[Seeded, "Statement", int], "Timed"]


def searched(one: Seeded, runs: int, timed: Timer) -> Iterator[Row | Note]:
    for line in LINES:
        found = timed(one, _statement(one, line), runs)
        slow = Cost(None, percentile(found.with_rls, 0.95))
        yield within(f"search, “{line}”, p95", slow, LIMIT_MS, wall=True)
        whole = ", ".join(found.plan.scans_whole) or "none"
        yield Note(
            f"Plan of “{line}”: tables read whole: {whole}; {found.plan.buffers} buffers.",
            found.plan.text,
        )


def _statement(one: Seeded, line: str) -> Statement:
    """What the product's own function sends to choose the page."""
    sent: list[Statement] = []

    def keep(execute: Any, query: str, values: Any, many: bool, context: Any) -> Any:
        if f'FROM "{TABLE}"' in query:
            sent.append((query, [str(v) if isinstance(v, str) else v for v in values or ()]))
        return execute(query, values, many, context)

    active = Active(one.organization.pk, "reader")
    context = Context(timezone.now(), ZoneInfo("Europe/London"))
    with (
        organization_scope(active.organization_id),
        transaction.atomic(),
        connection.execute_wrapper(keep),
    ):
        search(active, one.reader, parse(line, context))
    (statement,) = sent
    return statement
