"""A quantity and its range: QTc over 500 ms, HR < 40, wide QRS, women over 65."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from apps.reports.search.data import phrases_of, rows
from apps.reports.search.parts import Bounds, Context, Found, Term
from apps.reports.search.quantities import Quantity, Unit, quantities, quantity_at
from apps.reports.search.ranges import SILENT, Range, range_at
from apps.reports.search.tokens import Phrases, Token, at

# Words with a fixed meaning (AHA/ACC/HRS 2009; normal ranges of adults).
WORDED = Phrases((phrase, row["bounds"]) for row in rows("worded") for phrase in phrases_of(row))
FIXED = {
    "qrs ≥ 120": ("qrs", Bounds(low=Decimal(120))),
    "qrs < 120": ("qrs", Bounds(high=Decimal(120), high_in=False)),
    "pr > 200": ("pr", Bounds(low=Decimal(200), low_in=False)),
    "pr 120-200": ("pr", Bounds(Decimal(120), Decimal(200))),
    "hr 60-100": ("hr", Bounds(Decimal(60), Decimal(100))),
    "axis -30-90": ("axis", Bounds(Decimal(-30), Decimal(90))),
}
# A unit that only one quantity has names it, and words that only ages have.
BY_UNIT = {"/min": "hr", "years": "age"}
OF_AGE = ("older", "younger", "old")


def match(tokens: Sequence[Token], place: int, _: Context) -> Found | None:
    return _worded(tokens, place) or _named(tokens, place) or _unnamed(tokens, place)


def _worded(tokens: Sequence[Token], place: int) -> Found | None:
    meaning, length = WORDED.longest(tokens, place)
    if not length:
        return None
    code, bounds = FIXED[meaning]
    return Found(length, (number(quantities()[code], bounds),))


def _named(tokens: Sequence[Token], place: int) -> Found | None:
    """The name first."""
    quantity, length = quantity_at(tokens, place)
    if quantity is None:
        return None
    written = range_at(tokens, place + length)
    if written is None:
        sentence = f"{quantity.name}: which value? Write a number in {quantity.unit}."
        return Found(length, problem=sentence)
    return sized(quantity, written, length + written.length)


def _unnamed(tokens: Sequence[Token], place: int) -> Found | None:
    """The range first: the name follows it, or the unit tells it."""
    written = range_at(tokens, place)
    if written is None:
        return None
    behind = place + written.length
    quantity, length = quantity_at(tokens, behind)
    if quantity is not None and range_at(tokens, behind + length) is None:
        return sized(quantity, written, written.length + length)
    if any(token.key in OF_AGE for token in tokens[place:behind]):
        return sized(quantities()["age"], written, written.length)
    if written.unit is not None and written.unit.name in BY_UNIT:
        return sized(quantities()[BY_UNIT[written.unit.name]], written, written.length)
    if not written.is_marked or at(tokens, place) in SILENT:
        return None
    words = " ".join(token.text for token in tokens[place:behind])
    return Found(written.length, problem=f"“{words}” of what? Write “QTc {words}”, for one.")


def sized(quantity: Quantity, written: Range, length: int) -> Found:
    """In the quantity's own unit; refused where unit or size are none of it."""
    unit = written.unit
    if unit is not None and unit.of != quantity.unit:
        return Found(length, problem=wrong_unit(quantity, unit))
    bounds = written.in_units(unit.factor if unit else Decimal(1))
    held = [side for side in (bounds.low, bounds.high) if side is not None]
    if any(not quantity.least <= side <= quantity.most for side in held):
        return Found(length, problem=_out_of_range(quantity))
    return Found(length, (number(quantity, bounds),))


def wrong_unit(quantity: Quantity, unit: Unit) -> str:
    return f"{quantity.name} is not measured in {unit.name}: write it in {quantity.unit}."


def _out_of_range(quantity: Quantity) -> str:
    limits = f"{quantity.least} to {quantity.most} {quantity.unit}".replace("-", "−")
    return f"{quantity.name} lies within {limits}: check the number and its unit."


def number(quantity: Quantity, bounds: Bounds) -> Term:
    unit = "" if quantity.code == "age" else quantity.unit
    return Term("number", quantity.code, bounds, text=f"{quantity.name} {bounds.words(unit)}")


def continued(tokens: Sequence[Token], place: int, before: Term, joined: str) -> Found | None:
    """`< 600` after “QTc > 500 and”: the same quantity, its other side, or another range."""
    written = range_at(tokens, place)
    if written is None or not written.is_marked or before.bounds is None:
        return None
    is_low = written.bounds.low is not None
    if joined != "or" and is_low == (before.bounds.low is not None):
        return None
    quantity = quantities().get(before.code)
    found = sized(quantity, written, written.length) if quantity else None
    return found if found and not found.problem else None
