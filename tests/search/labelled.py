"""Labelled queries, and how far the grammar agrees with them.

Labels are the clauses of the parse, `?words` for what must be said to be not understood, and one
`!` where a sentence must ask or refuse. One today, one organization's names hold for all of them.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from apps.reports.search.grammar import parse
from apps.reports.search.parts import Context, Parse

FOLDER = Path(__file__).parent
# Written while the grammar was made, and after it was fixed.
DEVELOPED, HELD_OUT = "queries", "held_out"
ZONE = ZoneInfo("Europe/London")
CONTEXT = Context(
    dt.datetime(2026, 11, 25, 14, 30, tzinfo=ZONE),
    ZONE,
    ("Site 3", "London Bridge", "Ward 7", "A&E"),
    ("GE MAC 5500", "Mortara ELI 250", "Philips TC70"),
)


@dataclass(frozen=True, slots=True)
class Query:
    text: str
    wanted: frozenset[str]

    @property
    def found(self) -> frozenset[str]:
        return labels(parse(self.text, CONTEXT))


def labels(said: Parse) -> frozenset[str]:
    asked = {"!"} if said.problems or said.contradictions else set()
    return frozenset(
        {clause.label for clause in said.clauses} | {f"?{words}" for words in said.unknown} | asked
    )


@cache
def queries(name: str) -> tuple[Query, ...]:
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(
            Query(text, frozenset(part for part in wanted.split(" ; ") if part))
            for text, wanted in list(rows)[1:]
        )


@dataclass(frozen=True, slots=True)
class Score:
    """Over all queries together; `exact` are queries without any difference."""

    queries: int
    exact: int
    wanted: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 0.0


def score(rows: Iterable[Query], *, said: bool = False) -> Score:
    """Of the terms that are searched for; or of what is `said` to be not understood."""
    pairs = [(_part(row.wanted, said), _part(row.found, said)) for row in rows]
    return Score(
        len(pairs),
        sum(wanted == found for wanted, found in pairs),
        sum(len(wanted) for wanted, _ in pairs),
        sum(len(found) for _, found in pairs),
        sum(len(wanted & found) for wanted, found in pairs),
    )


def _part(labels: frozenset[str], said: bool) -> frozenset[str]:
    return frozenset(label for label in labels if (label[0] in "?!") == said)
