"""Missing samples: what stands in their place, and where they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def fill_gaps(counts: NDArray[np.int32], missing: NDArray[np.bool_] | None) -> NDArray[np.int32]:
    """Each missing sample repeats the one before; before the first one stands 0."""
    if missing is None:
        return counts
    at = np.where(missing, -1, np.arange(counts.shape[0])[:, None])
    source = np.maximum.accumulate(at, axis=0)
    filled = np.take_along_axis(counts, np.maximum(source, 0), axis=0)
    filled[source < 0] = 0
    return filled


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(start, length) of each run of True in a vector."""
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return [(int(a), int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
