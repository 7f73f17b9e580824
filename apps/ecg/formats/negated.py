"""Leads that a file stores upside down."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .canonical import Lead, Refused

_LOWEST = np.iinfo(np.int32).min


def turned(counts: NDArray[np.int32], leads: Sequence[Lead]) -> NDArray[np.int32]:
    """The counts with every negated lead upright. Raises Refused where a sign has no room."""
    for column, lead in enumerate(leads):
        if lead.negated:
            if counts[:, column].min() == _LOWEST:
                raise Refused("sample-range", "Samples exceed 32 bits.", field="samples")
            counts[:, column] = np.negative(counts[:, column])
    return counts
