"""The recordings that a search finds, newest first, a page at a time."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.lookups import LessThan
from django.utils import timezone

from apps.ecg.models import Device, Recording
from apps.reports.models import Report, SearchTerm
from apps.reports.queries import PAGE, listed_reports
from apps.reports.reading_first import hidden_on_lists, policy
from apps.reports.search.facts import ALL
from apps.reports.search.parts import Clause, Context, Parse
from apps.reports.search.stored import WITHDRAWN, Searcher, stored, within
from apps.tenants.access import Active
from apps.tenants.models import Organization, User
from apps.tenants.queries import permit, sites

# Names of devices that a search knows; an organization has tens.
DEVICES = 500
# What finds few is looked up first, the rest is asked of each.
DRIVERS = ("mrn", "name", "new", "resolved", "statement", "change", "number", "mine", "status",
           "priority", "source", "device", "site", "prior")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A page of reports and the recording that the next page begins after."""

    reports: list[Report]
    after: uuid.UUID | None


def context_for(active: Active, organization: Organization) -> Context:
    """What a parse of this organization may know."""
    permit(active, "view_recordings")
    devices = {str(device) for device in Device.objects.order_by("id")[:DEVICES]}
    return Context(
        timezone.now(),
        ZoneInfo(organization.time_zone),
        tuple(site.name for site in sites(active)),
        tuple(sorted(devices)),
    )


def search(active: Active, user: User, parse: Parse, after: uuid.UUID | None = None) -> Found:
    """Nothing for a parse of nothing, or of what excludes itself."""
    permit(active, "view_recordings")
    if not parse.clauses or parse.contradictions:
        return Found([], None)
    hidden = hidden_on_lists(active, policy())
    numbers = {site.name: site.pk for site in sites(active)}
    who = Searcher(active.organization_id, user.pk, numbers, hidden)
    rows = _after(matching(parse, who), after).order_by("-at", "-recording")
    keys = list(rows.values_list("recording", flat=True)[: PAGE + 1])
    reports = listed_reports(active, keys[:PAGE], hidden)
    last = reports[-1].recording.public_id if reports else None
    return Found(reports, last if len(keys) > PAGE else None)


def matching(parse: Parse, who: Searcher) -> QuerySet[SearchTerm]:
    """One term of each recording for which every clause holds."""
    driver = _driver(parse.clauses)
    rows = SearchTerm.objects.filter(stored(driver.terms[0], who) if driver else Q(term=ALL))
    for clause in parse.clauses:
        if clause is driver:
            continue
        if not clause.negated and len(clause.terms) == 1 and clause.terms[0].span is not None:
            rows = rows.filter(within(clause.terms[0]))
        else:
            rows = rows.filter(_holds(clause, who))
    if not any(term.code == "retracted" for clause in parse.clauses for term in clause.terms):
        rows = rows.filter(~Exists(_of_same(Q(term__in=WITHDRAWN))))
    return rows


def _driver(clauses: tuple[Clause, ...]) -> Clause | None:
    """A clause that every recording makes true by one row, the one that finds the fewest."""
    single = [
        clause
        for clause in clauses
        if not clause.negated and len(clause.terms) == 1 and clause.terms[0].kind in DRIVERS
    ]
    return min(single, key=lambda clause: DRIVERS.index(clause.terms[0].kind), default=None)


def _holds(clause: Clause, who: Searcher) -> Q:
    rows = Q()
    for term in clause.terms:
        rows |= stored(term, who)
    found = Exists(_of_same(rows))
    return ~Q(found) if clause.negated else Q(found)


def _of_same(rows: Q) -> QuerySet[SearchTerm]:
    return SearchTerm.objects.filter(rows, recording=OuterRef("recording"))


def _after(rows: QuerySet[SearchTerm], after: uuid.UUID | None) -> QuerySet[SearchTerm]:
    """Behind that recording; one that is not there leaves nothing out."""
    if after is None:
        return rows
    columns = ("acquired_at", "received_at", "pk")
    last = Recording.objects.filter(public_id=after).values_list(*columns).first()
    if last is None:
        return rows
    acquired, received, key = last
    here = _row(F("at"), F("recording_id"))
    return rows.filter(LessThan(here, _row(Value(acquired or received), Value(key))))


def _row(*parts: F | Value) -> Func:
    return Func(*parts, function="ROW", output_field=TextField())
