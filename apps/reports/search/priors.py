"""Comparisons with the prior: new LBBB, resolved AF, QTc up by 60 ms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from apps.reports.search import concepts, segments
from apps.reports.search.data import said
from apps.reports.search.numbers import wrong_unit
from apps.reports.search.parts import Bounds, Context, Found, Term
from apps.reports.search.quantities import Quantity, quantity_at
from apps.reports.search.ranges import Range, range_at
from apps.reports.search.tokens import Phrases, Token, at

AGAINST = Phrases(
    (f"{word} {prior}", "prior") for word, _ in said("compared") for prior, _ in said("priors")
)
NEW, GONE, BEHIND = (Phrases(said(name)) for name in ("new", "gone", "behind"))
PASSED = ("in", "a", "the", "have", "has", "of", "any")
CHANGES = tuple((way, Phrases(said(way))) for way in ("up", "down", "either"))
CHANGE_OF = Phrases(said("change_of"))


def match(tokens: Sequence[Token], place: int, context: Context) -> Found | None:
    return (
        _statement(tokens, place, context)
        or _statement_behind(tokens, place, context)
        or _change(tokens, place)
        or _loose(tokens, place)
    )


def _statement(tokens: Sequence[Token], place: int, context: Context) -> Found | None:
    """`new LBBB compared with prior`"""
    for phrases in (NEW, GONE):
        way, length = phrases.longest(tokens, place)
        if not length:
            continue
        here = place + length
        while at(tokens, here) in PASSED:
            here += 1
        said = _concept(tokens, here, context)
        if said is not None:
            return _compared(way, said, tokens, place, here + said.length)
    return None


def _statement_behind(tokens: Sequence[Token], place: int, context: Context) -> Found | None:
    """`LBBB, new since the prior`, `AF resolved`, `LBBB not present on prior`"""
    said = _concept(tokens, place, context)
    if said is None:
        return None
    here = place + said.length
    skipped = at(tokens, here) in (",", "that", "which") and at(tokens, here + 1) != "new"
    here += skipped or (at(tokens, here) == "," and AGAINST.longest(tokens, here + 2)[1] > 0)
    way, length = BEHIND.longest(tokens, here)
    if not length:
        return None
    followed = (
        concepts.match(tokens, here + length, context) if here + length < len(tokens) else None
    )
    if length == 1 and followed is not None:
        return None  # the word is of what follows: AF new LBBB
    return _compared(way, said, tokens, place, here + length)


def _concept(tokens: Sequence[Token], place: int, context: Context) -> Found | None:
    if place >= len(tokens) or segments.match(tokens, place, context):
        return None
    return concepts.match(tokens, place, context)


def _compared(way: str, said: Found, tokens: Sequence[Token], place: int, here: int) -> Found:
    here += _against(tokens, here)
    terms = tuple(Term(way, term.code, text=f"{way} {term.text}") for term in said.terms)
    return Found(here - place, terms)


def _against(tokens: Sequence[Token], place: int) -> int:
    """How many tokens say with what it is compared."""
    skipped = at(tokens, place) == ","
    _, length = AGAINST.longest(tokens, place + skipped)
    return length + skipped if length else 0


def _change(tokens: Sequence[Token], place: int) -> Found | None:
    """`QTc up by more than 60 ms from prior`"""
    quantity, length = quantity_at(tokens, place)
    if quantity is None:
        return _change_of(tokens, place)
    here = place + length
    here += at(tokens, here) in ("has", "is", "was")
    here += _against(tokens, here)
    for way, phrases in CHANGES:
        _, width = phrases.longest(tokens, here)
        written = range_at(tokens, here + width) if width else None
        if written is not None:
            here += width + written.length
            return _measured(quantity, way, written, here + _against(tokens, here) - place)
    return None


def _change_of(tokens: Sequence[Token], place: int) -> Found | None:
    """`increase in QTc of 60 ms`, `delta QTc over 60`"""
    way, length = CHANGE_OF.longest(tokens, place)
    quantity, width = quantity_at(tokens, place + length)
    if not way or quantity is None:
        return None
    here = place + length + width
    here += at(tokens, here) == "by"
    written = range_at(tokens, here)
    if written is None:
        return None
    here += written.length
    return _measured(quantity, way, written, here + _against(tokens, here) - place)


def _measured(quantity: Quantity, way: str, written: Range, length: int) -> Found:
    unit = written.unit
    if unit is not None and unit.of != quantity.unit:
        return Found(length, problem=wrong_unit(quantity, unit))
    bounds = written.in_units(unit.factor if unit else Decimal(1))
    if bounds.exact is not None and not written.is_marked:
        bounds = Bounds(low=bounds.low)
    ways = ("up", "down") if way == "either" else (way,)
    return Found(length, tuple(_changed(quantity, way, bounds) for way in ways))


def _changed(quantity: Quantity, way: str, by: Bounds) -> Term:
    bounds = by if way == "up" else _negative(by)
    text = f"{quantity.name} {way} by {by.words(quantity.unit)} from prior"
    return Term("change", quantity.code, bounds, text=text)


def _negative(by: Bounds) -> Bounds:
    low = None if by.high is None else -by.high
    high = None if by.low is None else -by.low
    return replace(by, low=low, high=high, low_in=by.high_in, high_in=by.low_in)


def _loose(tokens: Sequence[Token], place: int) -> Found | None:
    """A comparison of nothing."""
    _, length = AGAINST.longest(tokens, place)
    if not length or at(tokens, place) not in ("compared", "comparing", "versus", "vs", "since"):
        return None
    words = " ".join(token.text for token in tokens[place : place + length])
    return Found(length, problem=f"“{words}”: of what? Write “new LBBB” or “QTc up by 60 ms”.")
