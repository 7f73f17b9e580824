"""Filter frequencies as files write them."""

from __future__ import annotations

from decimal import Decimal

from .numbers import parse_decimal
from .warnings import Warnings

HIGHEST_HZ = 100_000


def filter_hz(text: str, warnings: Warnings, *, per_hz: int = 1) -> float | None:
    """In Hz; None where empty, and None with a warning where it is no frequency."""
    value = parse_decimal(text)
    if value is not None and 0 <= value <= HIGHEST_HZ * per_hz:
        return float(value / Decimal(per_hz))
    if text:
        warnings.add("filter", "A filter's frequency is not known.")
    return None
