"""Numbers that are searched: their names, their units, and what they can be at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from apps.reports.search.data import phrases_of, rows
from apps.reports.search.tokens import Phrases, Token, at


@dataclass(frozen=True, slots=True)
class Quantity:
    """`least` and `most` are what a search can sensibly ask for, in the unit."""

    code: str
    unit: str
    least: Decimal
    most: Decimal
    name: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit and what one of it is in the unit that is stored."""

    name: str
    factor: Decimal
    of: str


@cache
def quantities() -> dict[str, Quantity]:
    found = {}
    for row in rows("quantities"):
        least, most = Decimal(row["least"]), Decimal(row["most"])
        found[row["code"]] = Quantity(row["code"], row["unit"], least, most, row["name"])
    return found


@cache
def _named() -> Phrases:
    return Phrases(
        (phrase, row["code"]) for row in rows("quantities") for phrase in phrases_of(row)
    )


@cache
def _units() -> dict[str, Unit]:
    return {
        row["unit"]: Unit(row["unit"], Decimal(row["factor"]), row["of"]) for row in rows("units")
    }


@cache
def _units_named() -> Phrases:
    return Phrases((phrase, row["unit"]) for row in rows("units") for phrase in phrases_of(row))


def quantity_at(tokens: Sequence[Token], place: int) -> tuple[Quantity | None, int]:
    code, length = _named().longest(tokens, place)
    return (quantities()[code], length) if code else (None, 0)


def unit_at(tokens: Sequence[Token], place: int) -> tuple[Unit | None, int]:
    """Also behind a hyphen: 65-year-old."""
    hyphen = int(at(tokens, place) == "-")
    name, length = _units_named().longest(tokens, place + hyphen)
    return (_units()[name], length + hyphen) if name else (None, 0)
