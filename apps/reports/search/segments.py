"""ST levels of one lead: ST elevation over 2 mm in V2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from apps.reports.search.parts import Bounds, Context, Found, Term
from apps.reports.search.quantities import Quantity
from apps.reports.search.ranges import Range, range_at
from apps.reports.search.tokens import Phrases, Token, at

LEADS = {
    name.casefold(): name
    for name in ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
}
NAMES = Phrases(
    [(phrase, "elevation") for phrase in ("st elevation", "st segment elevation")]
    + [(phrase, "depression") for phrase in ("st depression", "st segment depression")]
    + [(phrase, "level") for phrase in ("st", "st level", "st segment", "st deviation")]
)
LEAST, MOST = Decimal(-5), Decimal(5)


def match(tokens: Sequence[Token], place: int, _: Context) -> Found | None:
    """None where lead or height is missing: without them it is a statement."""
    lead, before = _lead(tokens, place)
    way, length = NAMES.longest(tokens, place + before)
    if not length:
        return None
    length += before
    width = 0
    if not lead:
        lead, width = _lead(tokens, place + length)
    written = range_at(tokens, place + length + width)
    if written is None:
        return None
    length += width + written.length
    if not lead:
        lead, width = _lead(tokens, place + length)
        length += width
    return _sized(way, lead, written, length) if lead else None


def _lead(tokens: Sequence[Token], place: int) -> tuple[str, int]:
    """`in V2`, `in lead V2`, `V2`."""
    here = place
    while at(tokens, here) in ("in", "lead", ","):
        here += 1
    lead = LEADS.get(at(tokens, here), "")
    return (lead, here + 1 - place) if lead else ("", 0)


def _sized(way: str, lead: str, written: Range, length: int) -> Found:
    unit = written.unit
    if unit is None or unit.of != "mV":
        return Found(length, problem=f"ST in {lead}: write the height in mV or mm.")
    bounds = written.in_units(unit.factor)
    if way == "depression":
        bounds = _below_zero(bounds)
    quantity = Quantity(f"st-{lead}", "mV", LEAST, MOST, f"ST in {lead}")
    term = Term("number", quantity.code, bounds, text=f"{quantity.name} {bounds.words('mV')}")
    return Found(length, (term,))


def _below_zero(bounds: Bounds) -> Bounds:
    low = None if bounds.high is None else -bounds.high
    high = None if bounds.low is None else -bounds.low
    return replace(bounds, low=low, high=high, low_in=bounds.high_in, high_in=bounds.low_in)
