"""Comparisons with the prior: new LBBB, resolved AF, QTc up by 60 ms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from apps.reports.search import concepts, segments
from apps.reports.search.numbers import wrong_unit
from apps.reports.search.parts import Bounds, Context, Found, Term
from apps.reports.search.quantities import Quantity, quantity_at
from apps.reports.search.ranges import Range, range_at
from apps.reports.search.tokens import Phrases, Token, at

_PRIOR = ("prior", "the prior", "prior ecg", "the prior ecg", "previous", "the previous",
          "previous ecg", "the previous ecg", "last ecg", "the last ecg", "old ecg", "priors",
          "baseline", "before", "prior tracing", "the prior tracing", "earlier")  # fmt: skip
_COMPARED = ("compared with", "compared to", "comparing with", "versus", "vs", "against", "from",
             "since", "than", "relative to", "over", "on", "in", "to")  # fmt: skip
AGAINST = Phrases(
    [(f"{word} {prior}", "prior") for word in _COMPARED for prior in _PRIOR]
    + [(word, "prior") for word in ("than before", "serially", "since last time")]
)
NEW = Phrases((word, "new") for word in ("new", "new onset", "newly", "newly developed",
                                         "de novo", "new finding of"))  # fmt: skip
GONE = Phrases((word, "resolved") for word in ("resolved", "no longer", "resolution of",
                                               "disappeared", "regressed"))  # fmt: skip
BEHIND = Phrases(
    [(word, "new") for word in ("is new", "new", "not present on prior", "not on prior",
                                "not in prior", "not present in prior", "not seen on prior",
                                "absent on prior", "absent on the prior", "absent before",
                                "not on the prior", "not present before")]
    + [(word, "resolved") for word in ("resolved", "has resolved", "gone", "is gone",
                                       "disappeared", "no longer present", "has gone",
                                       "no longer there")]
)  # fmt: skip
PASSED = ("in", "a", "the", "have", "has", "of", "any")
WORDS = {"new": "new", "resolved": "resolved"}
UP = Phrases((word, "up") for word in (
    "up by", "up", "increased by", "increased", "increase of", "increase by", "rise of", "rose by",
    "risen by", "longer by", "prolonged by", "prolongation of", "lengthened by", "faster by",
    "higher by", "rising by", "widened by", "wider by", "increase", "rise", "has risen by",
))  # fmt: skip
DOWN = Phrases((word, "down") for word in (
    "down by", "down", "decreased by", "decreased", "decrease of", "decrease by", "fall of",
    "fell by", "fallen by", "drop of", "dropped by", "shorter by", "shortened by", "slower by",
    "lower by", "narrowed by", "decrease", "drop", "fall", "reduced by",
))  # fmt: skip
EITHER = Phrases((word, "either") for word in (
    "changed by", "change of", "change by", "differs by", "different by", "difference of",
    "change",
))  # fmt: skip
CHANGES = (("up", UP), ("down", DOWN), ("either", EITHER))


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
    terms = tuple(Term(way, term.code, text=f"{WORDS[way]} {term.text}") for term in said.terms)
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
        return None
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
