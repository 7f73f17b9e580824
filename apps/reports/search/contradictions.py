"""Clauses of which no ECG can hold all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from apps.reports.search.parts import Clause, Span, Term

# What an ECG has one of.
SINGLE = {"sex", "site", "priority", "device"}


def contradictions(clauses: Sequence[Clause]) -> tuple[str, ...]:
    """In sentences, each pair once."""
    return tuple(dict.fromkeys(_found(clauses)))


def _found(clauses: Sequence[Clause]) -> Iterator[str]:
    for one, other in combinations(clauses, 2):
        if one.negated != other.negated:
            asked, left_out = (other, one) if one.negated else (one, other)
            if set(asked.terms) <= set(left_out.terms):
                yield f"“{asked.text}” and “{left_out.text}” exclude each other."
        elif not one.negated and all(_exclude(a, b) for a in one.terms for b in other.terms):
            yield f"“{one.text}” and “{other.text}” exclude each other."


def _exclude(one: Term, other: Term) -> bool:
    if one.kind != other.kind:
        return {one.kind, other.kind} == {"new", "resolved"} and one.code == other.code
    if one.bounds is not None and other.bounds is not None:
        return one.code == other.code and not one.bounds.overlaps(other.bounds)
    if one.span is not None and other.span is not None:
        return _apart(one.span, other.span) or _apart(other.span, one.span)
    return one.kind in SINGLE and one.code != other.code


def _apart(one: Span, other: Span) -> bool:
    """Whether one ends before the other begins."""
    return one.until is not None and other.since is not None and one.until <= other.since
