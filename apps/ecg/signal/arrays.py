"""Array types of the signal code."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indexes = NDArray[np.intp]
Flags = NDArray[np.bool_]


def middle(stack: Array) -> Array:
    """The median over the first axis, of finite numbers; a sort is faster than a selection here."""
    ordered = np.sort(stack, axis=0)
    half = len(stack) // 2
    return np.asarray(ordered[half] if len(stack) % 2 else (ordered[half - 1] + ordered[half]) / 2)
