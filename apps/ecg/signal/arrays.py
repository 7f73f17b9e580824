"""Array types of the signal code."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indexes = NDArray[np.intp]
Flags = NDArray[np.bool_]

# Levels and spreads are read off every so many samples: to sort costs more than to filter.
THIN = 4


def quantile(values: Array, share: float) -> Array:
    """The linear quantile over the first axis, as of `np.quantile`, of short arrays and faster."""
    ordered = np.sort(np.ascontiguousarray(values.T), axis=-1)
    place = share * (len(values) - 1)
    low = int(place)
    below, above = ordered[..., low], ordered[..., min(low + 1, len(values) - 1)]
    return np.asarray(below + (above - below) * (place - low))


def middle(stack: Array) -> Array:
    """The median over the first axis, of finite numbers; a sort is faster than a selection here."""
    ordered = np.sort(stack, axis=0)
    half = len(stack) // 2
    return np.asarray(ordered[half] if len(stack) % 2 else (ordered[half - 1] + ordered[half]) / 2)
