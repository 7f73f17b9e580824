"""Samples written as numbers between commas."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from .canonical import Refused

_WHOLE_NUMBERS = re.compile(r"[0-9,\-+\s]*", re.ASCII)
_INT32 = np.iinfo(np.int32)


def whole_numbers(text: str, count: int, *, field: str) -> NDArray[np.int32]:
    """Exactly `count` of them. Raises Refused; a decimal point or an empty place is no number."""
    if not _WHOLE_NUMBERS.fullmatch(text):
        raise Refused("bad-samples", "The samples are not whole numbers.", field=field)
    parts = text.strip().removesuffix(",").split(",")
    if len(parts) != count:
        raise Refused(
            "sample-count",
            "The samples are not as many as the file says; transfer it again.",
            field=field,
        )
    try:
        values = np.array([int(part) for part in parts], np.int64)
    except (ValueError, OverflowError):
        raise Refused("bad-samples", "The samples are not whole numbers.", field=field) from None
    if values.min() < _INT32.min or values.max() > _INT32.max:
        raise Refused("sample-range", "Samples exceed 32 bits.", field=field)
    return values.astype(np.int32)
