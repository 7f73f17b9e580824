"""A search as its page shows it: chips of the parse, rows of what was found."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse

from apps.reports.models import Report, SavedView
from apps.reports.search.grammar import LONGEST
from apps.reports.search.parts import Clause, Parse
from apps.tenants.models import User
from apps.web.times import day_and_clock
from apps.web.worklist import Row, rows

MOST_PARTS = 30
# What names a patient is kept in no view and no record.
OF_PATIENTS = {"name", "mrn"}
EXAMPLES = (
    "AF with QTc over 500 in women over 65 last month, not paced",
    "new LBBB compared with prior",
    "unsigned STAT since Monday",
)
STATUS_TAGS = {"draft": "tag-plain", "amending": "tag-warn", "inadequate": "tag-warn"}


@dataclass(frozen=True, slots=True)
class Line:
    """What was sent: a line of words, or the chips of one as they were left."""

    text: str
    parts: tuple[str, ...] = ()
    is_cut: bool = False

    @classmethod
    def from_form(cls, form: Any) -> Line:
        """Chips where there are any; the one to be removed is left out."""
        parts = [" ".join(part.split()) for part in form.getlist("part")[:MOST_PARTS]]
        gone = form.get("remove", "")
        if gone.isdecimal() and int(gone) < len(parts):
            del parts[int(gone)]
        kept = tuple(part for part in parts if part)
        if "line" in form:
            return cls(" ".join(form["line"].split())[: LONGEST + 1])
        return cls("; ".join(kept)[: LONGEST + 1], kept)


@dataclass(frozen=True, slots=True)
class Chip:
    """One clause: its words, and how wide they are."""

    text: str
    size: int
    kind: str


def chips(parse: Parse) -> list[Chip]:
    return [
        Chip(clause.text, max(4, len(clause.text)), kind_of(clause)) for clause in parse.clauses
    ]


def kind_of(clause: Clause) -> str:
    return clause.terms[0].kind


def kinds(parse: Parse) -> str:
    """For the record: of what kinds the terms were, and nothing they say."""
    return " ".join(sorted({term.kind for clause in parse.clauses for term in clause.terms}))


def names_patient(parse: Parse) -> bool:
    return any(term.kind in OF_PATIENTS for clause in parse.clauses for term in clause.terms)


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row of the worklist with when the ECG was made and where its reading stands."""

    row: Row
    at: str
    status: str
    tag: str


def found_rows(
    reports: list[Report], reader: User, now: dt.datetime, zone: ZoneInfo
) -> list[FoundRow]:
    return [_found(row, now, zone) for row in rows(reports, reader, now)]


def _found(row: Row, now: dt.datetime, zone: ZoneInfo) -> FoundRow:
    report = row.report
    made = report.recording.acquired_at or report.recording.received_at
    tag = STATUS_TAGS.get(report.status, "tag-ok")
    return FoundRow(row, day_and_clock(made, zone, now), report.get_status_display(), tag)


def address_of(view: SavedView) -> str:
    """A saved search opens by its random name, filters of the worklist by their own words."""
    if view.search:
        return f"{reverse('search')}?view={view.public_id}"
    return reverse("worklist") + view.query
