"""Ranges of numbers as people write them: over 500, 450 to 500 ms, 65 or more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from apps.reports.search.data import said
from apps.reports.search.parts import Bounds
from apps.reports.search.quantities import Unit, unit_at
from apps.reports.search.tokens import Phrases, Token, at

BEFORE, AFTER = Phrases(said("before")), Phrases(said("after"))
SILENT = ("of", "is", "was", ":")
LINKS = ("to", "-", "and", "through")
HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Range:
    """As written: `unit` is None where none stands there, `is_marked` whether words compare."""

    bounds: Bounds
    unit: Unit | None
    length: int
    is_marked: bool = True

    def in_units(self, factor: Decimal) -> Bounds:
        low, high = self.bounds.low, self.bounds.high
        return replace(
            self.bounds,
            low=None if low is None else low * factor,
            high=None if high is None else high * factor,
        )


def range_at(tokens: Sequence[Token], place: int) -> Range | None:
    """The range that is written from here on."""
    if at(tokens, place) in SILENT:
        found = range_at(tokens, place + 1)
        return found and replace(found, length=found.length + 1)
    if at(tokens, place) in ("between", "from", "within"):
        return _pair(tokens, place + 1, 1, ("and", *LINKS))
    sign, length = BEFORE.longest(tokens, place)
    if length:
        return _compared(tokens, place, sign, length)
    return _pair(tokens, place, 0, ("to", "-", "through")) or _bare(tokens, place)


def _number(tokens: Sequence[Token], place: int) -> Decimal | None:
    if place < len(tokens) and tokens[place].kind == "number":
        return Decimal(tokens[place].key)
    return None


def _pair(tokens: Sequence[Token], place: int, before: int, links: Sequence[str]) -> Range | None:
    """Two numbers in either order; a unit may stand behind each."""
    first = _number(tokens, place)
    if first is None:
        return None
    unit, width = unit_at(tokens, place + 1)
    link = place + 1 + width
    second = _number(tokens, link + 1)
    if second is None or at(tokens, link) not in links:
        return None
    behind, more = unit_at(tokens, link + 2)
    if unit is not None and behind is not None and unit != behind:
        return None
    low, high = sorted((first, second))
    return Range(Bounds(low, high), unit or behind, before + link + 2 + more - place)


def _compared(tokens: Sequence[Token], place: int, sign: str, length: int) -> Range | None:
    length += at(tokens, place + length) == "-"
    number = _number(tokens, place + length)
    if number is None:
        return None
    unit, width = unit_at(tokens, place + length + 1)
    return Range(_bounds(sign, number), unit, length + 1 + width)


def _bare(tokens: Sequence[Token], place: int) -> Range | None:
    number = _number(tokens, place)
    if number is None:
        return None
    sign, more = AFTER.longest(tokens, place + 1)
    unit, width = unit_at(tokens, place + 1 + more)
    if not more:
        sign, more = AFTER.longest(tokens, place + 1 + width)
    return Range(_bounds(sign or "=", number), unit, 1 + width + more, is_marked=bool(sign))


def _bounds(sign: str, number: Decimal) -> Bounds:
    if sign == "=":
        return Bounds(number, number)
    if sign in (">", ">="):
        return Bounds(low=number, low_in=sign == ">=")
    return Bounds(high=number, high_in=sign == "<=")
