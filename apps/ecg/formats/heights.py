"""Whether the leads of a record still have the heights of a heart."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

ALIKE, ALIKE_LEADS = 0.005, 8


def are_stretched(leads: Iterable[NDArray[np.float64]]) -> bool:
    """Whether the present samples of each lead are equally tall to half a percent: no heart's are.

    Published data sets carry such records: each lead was stretched to the same height by itself.
    Intervals stay true; heights, axes and all that compares one lead with another do not.
    """
    spans = np.array([np.ptp(row) if row.size else 0.0 for row in leads])
    return bool(spans.size >= ALIKE_LEADS and 0 < (1 - ALIKE) * spans.max() <= spans.min())
