"""What a search is made of: terms, clauses of terms, and what was not understood."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Bounds:
    """A range of numbers; None is no border, `*_in` says whether the border belongs to it."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_in: bool = True
    high_in: bool = True

    @property
    def exact(self) -> Decimal | None:
        return self.low if self.low == self.high else None

    def overlaps(self, other: Bounds) -> bool:
        return not (_below(self, other) or _below(other, self))

    def words(self, unit: str = "") -> str:
        """`> 500 ms`, `450 to 500 ms`; parsed again it is the same range."""
        after = f" {unit}" if unit else ""
        if self.exact is not None:
            return f"= {_plain(self.exact)}{after}"
        if self.low is not None and self.high is not None:
            return f"{_plain(self.low)} to {_plain(self.high)}{after}"
        if self.low is not None:
            return f"{'≥' if self.low_in else '>'} {_plain(self.low)}{after}"
        assert self.high is not None
        return f"{'≤' if self.high_in else '<'} {_plain(self.high)}{after}"


def _below(one: Bounds, other: Bounds) -> bool:
    if one.high is None or other.low is None:
        return False
    touching = one.high_in and other.low_in
    return one.high < other.low or (one.high == other.low and not touching)


def _plain(number: Decimal) -> str:
    text = format(number.normalize(), "f")
    return text.replace("-", "−")


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment on, before another; None is no border."""

    since: dt.datetime | None = None
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """One thing asked for. `text` says it in words that are parsed to the same term."""

    kind: str
    code: str = ""
    bounds: Bounds | None = None
    span: Span | None = None
    text: str = field(default="", compare=False)

    @property
    def label(self) -> str:
        """Short and exact, for tables of expected parses: `qtc>500`, `af`, `sex:F`."""
        if self.bounds is not None:
            return f"{self.kind}:{self.code}{_short(self.bounds)}"
        if self.span is not None:
            return f"date:{_day(self.span.since)}..{_day(self.span.until)}"
        return f"{self.kind}:{self.code}" if self.code else self.kind


def _short(bounds: Bounds) -> str:
    return bounds.words().replace(" to ", "..").replace(" ", "").replace("−", "-")


def _day(moment: dt.datetime | None) -> str:
    if moment is None:
        return ""
    at_midnight = (moment.hour, moment.minute) == (0, 0)
    return f"{moment:%Y-%m-%d}" if at_midnight else f"{moment:%Y-%m-%dT%H:%M}"


@dataclass(frozen=True, slots=True)
class Clause:
    """Any of its terms holds; negated, its one term does not."""

    terms: tuple[Term, ...]
    negated: bool = False

    @property
    def text(self) -> str:
        words = " or ".join(term.text for term in self.terms)
        return f"not {words}" if self.negated else words

    @property
    def label(self) -> str:
        words = "|".join(sorted(term.label for term in self.terms))
        return f"not {words}" if self.negated else words


@dataclass(frozen=True, slots=True)
class Parse:
    """All clauses hold at once. `unknown` are words not understood, `problems` whole sentences."""

    clauses: tuple[Clause, ...] = ()
    unknown: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The search in words of our own, each clause for itself."""
        return "; ".join(clause.text for clause in self.clauses)


@dataclass(frozen=True, slots=True)
class Context:
    """What a parse may know: the moment, the zone of days, names of sites and devices."""

    now: dt.datetime
    zone: ZoneInfo
    sites: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()

    @property
    def today(self) -> dt.date:
        return self.now.astimezone(self.zone).date()

    def midnight(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), self.zone)


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at a place: so many tokens, and its terms or a problem.

    Of several terms any is meant, or every one where `is_all`.
    """

    length: int
    terms: tuple[Term, ...] = ()
    problem: str = ""
    negated: bool = False
    is_all: bool = False
