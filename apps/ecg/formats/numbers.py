"""Decimal numbers as files write them."""

from __future__ import annotations

import re
from decimal import Decimal

_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)


def parse_decimal(text: str) -> Decimal | None:
    """None for what is not a plain decimal, a decimal comma among it."""
    return Decimal(text) if len(text) <= 32 and _DECIMAL.fullmatch(text) else None
