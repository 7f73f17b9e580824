"""A quantity and its range: QTc over 500 ms, HR < 40, wide QRS, women over 65."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache

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
    if any(token.key in OF_AGE for token in tokens[place:behind]) or _is_plural(tokens, behind):
        return sized(quantities()["age"], written, written.length)
    if written.unit is not None and written.unit.name in BY_UNIT:
        return sized(quantities()[BY_UNIT[written.unit.name]], written, written.length)
    if not written.is_marked or at(tokens, place) in SILENT:
        return None
    words = " ".join(token.text for token in tokens[place:behind])
    return Found(written.length, problem=f"“{words}” of what? Write “QTc {words}”, for one.")


def _is_plural(tokens: Sequence[Token], end: int) -> bool:
    """`over 65s`, said of people: seconds of two digits nobody measures in an ECG."""
    last, number = tokens[end - 1], tokens[end - 2]
    return last.text == "s" and last.start == number.end and len(number.text) > 1


def sized(quantity: Quantity, written: Range, length: int) -> Found:
    """In the quantity's own unit; refused where unit or size are none of it."""
    unit = None if quantity.code == "age" else written.unit
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
    """`< 600` after “QTc > 500 and”, `over 500` after “prolonged QTc”: the same quantity.

    Behind “and” only the other side of a range, else it may be of something else.
    """
    written = range_at(tokens, place)
    code = before.code if before.kind == "number" else _of_statements().get(before.code, "")
    quantity = quantities().get(code)
    if written is None or quantity is None or not written.is_marked or code == "age":
        return None
    if before.bounds is None and joined:
        return None
    both_low = before.bounds and (before.bounds.low is None) == (written.bounds.low is None)
    if joined == "and" and both_low:
        return None
    found = sized(quantity, written, written.length)
    return None if found.problem else found


@cache
def _of_statements() -> dict[str, str]:
    return {row["code"]: row["quantity"] for row in rows("statement_quantities")}
