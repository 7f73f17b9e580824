"""What a term of a search is among the stored terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from apps.ecg.models import Priority
from apps.reports.criticals import FIRST
from apps.reports.search.facts import (
    ALL,
    CHANGE,
    GONE,
    IS,
    NEW,
    NUMBER,
    PRIOR,
    device_term,
    name_term,
    number_term,
)
from apps.reports.search.parts import Bounds, Term

# Words of a search → states of a report. A state that no row has finds nothing.
STATUSES: dict[str, tuple[str, ...]] = {
    "unsigned": ("draft", "amending"),
    "preliminary": ("draft",),
    "signed": ("signed", "amended", "addended", "locked"),
    "amended": ("amended",),
    "amending": ("amending",),
    "repeat": ("inadequate",),
    "locked": ("locked",),
    "retracted": ("entered_in_error",),
}
# Found only by who asks for it.
WITHDRAWN = ("report.status.entered_in_error",)
# As the worklist has it: what is critical is at least as urgent as STAT.
RANKS = {
    "critical": (FIRST,),
    "stat": (FIRST, Priority.STAT.rank),
    "urgent": (Priority.URGENT.rank,),
    "routine": (Priority.ROUTINE.rank,),
}
SUBMITTED = "report.submitted"


@dataclass(frozen=True, slots=True)
class Searcher:
    """Who searches: their organization, number, and what a policy hides from them."""

    organization_id: int
    user_id: int
    sites: Mapping[str, int]
    hidden: frozenset[str] = frozenset()


def stored(term: Term, who: Searcher) -> Q:
    """The rows of search terms that make it true; one a recording, but for several dates."""
    if term.span is not None:
        return Q(term=ALL) & within(term)
    if term.bounds is not None:
        prefix = CHANGE if term.kind == "change" else NUMBER
        return Q(term=f"{prefix}{term.code}") & _values(term.bounds)
    return _WORDS[term.kind](term, who)


def within(term: Term) -> Q:
    """The time of a date's term."""
    assert term.span is not None
    found = Q()
    if term.span.since is not None:
        found &= Q(at__gte=term.span.since)
    if term.span.until is not None:
        found &= Q(at__lt=term.span.until)
    return found


def _values(bounds: Bounds) -> Q:
    exact = bounds.exact
    if exact is not None:
        # Equal is what is shown as this number, rounded to as many places.
        exponent = exact.as_tuple().exponent
        half = Decimal(5).scaleb(min(int(exponent), 0) - 1)
        return Q(value__gte=float(exact - half), value__lt=float(exact + half))
    found = Q()
    if bounds.low is not None:
        found &= Q(**{f"value__gt{'e' if bounds.low_in else ''}": float(bounds.low)})
    if bounds.high is not None:
        found &= Q(**{f"value__lt{'e' if bounds.high_in else ''}": float(bounds.high)})
    return found


def _stated(prefix: str) -> Callable[[Term, Searcher], Q]:
    def rows(term: Term, who: Searcher) -> Q:
        found = Q(term=f"{prefix}{term.code}")
        return found & ~Q(source__in=who.hidden) if who.hidden else found

    return rows


def _status(term: Term, _: Searcher) -> Q:
    if term.code == "submitted":
        return Q(term=SUBMITTED)
    return Q(term__in=[f"report.status.{status}" for status in STATUSES[term.code]])


def _rank(term: Term, _: Searcher) -> Q:
    return Q(term__in=[f"report.rank.{rank}" for rank in RANKS[term.code]])


_WORDS: dict[str, Callable[[Term, Searcher], Q]] = {
    "statement": _stated(IS),
    "new": _stated(NEW),
    "resolved": _stated(GONE),
    "status": _status,
    "priority": _rank,
    "mine": lambda _, who: Q(term=f"report.reader.{who.user_id}"),
    "prior": lambda _, __: Q(term=PRIOR),
    "sex": lambda term, _: Q(term=f"sex.{term.code}"),
    "site": lambda term, who: Q(term=f"site.{who.sites[term.code]}"),
    "device": lambda term, _: Q(term=device_term(term.code)[:160]),
    "source": lambda term, _: Q(term=f"source.{term.code}"),
    "name": lambda term, who: Q(term=name_term(who.organization_id, term.code)),
    "mrn": lambda term, who: Q(term=number_term(who.organization_id, term.code)),
}
KINDS = frozenset(_WORDS)
