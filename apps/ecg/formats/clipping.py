"""Where a lead stands at the end of its recorder's range: its peaks are cut off flat."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Spans = NDArray[np.intp]

SHORTEST_MS = 6.0
FEWEST_SAMPLES = 3
# A single peak of three or four equal samples is found in one of 400 leads that end nowhere.
FEWEST_PEAKS = 2
# A smooth wave slows down before it turns; the sides of one that is cut off are steep.
STEEP_UV_PER_MS = 20.0
STEEP_STEPS = 4
NO_SPANS: Spans = np.empty((0, 2), dtype=np.intp)


def clipped_spans(lead_uv: Vector, rate_hz: float) -> Spans:
    """First and past-the-last sample of each peak that is cut off, shape (peaks, 2).

    `lead_uv`, µV, NaN where a sample is missing, has peaks cut off where its highest value, or its
    lowest, stands at least twice for 6 ms or more between steep sides. Values must be equal where
    the recorder's were: those of a filtered copy are not.
    """
    found = [_spans_at(lead_uv, end, rate_hz) for end in _ends(lead_uv)]
    return np.concatenate(found) if found else NO_SPANS


def _ends(lead_uv: Vector) -> list[float]:
    if not lead_uv.size:
        return []
    low, high = float(np.fmin.reduce(lead_uv)), float(np.fmax.reduce(lead_uv))
    return [high, low] if low < high else []


def _spans_at(lead_uv: Vector, end: float, rate_hz: float) -> Spans:
    at_end = lead_uv == end
    least = max(FEWEST_SAMPLES, round(SHORTEST_MS / 1000 * rate_hz))
    # Of most leads it stands there for a sample or two, and nothing more need be looked at.
    if np.count_nonzero(at_end) < FEWEST_PEAKS * least:
        return NO_SPANS
    edges = np.flatnonzero(np.diff(at_end.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
    spans = edges[edges[:, 1] - edges[:, 0] >= least]
    # Both sides must be there to be looked at.
    spans = spans[(spans[:, 0] >= 2) & (spans[:, 1] + 1 < lead_uv.size)]
    if not spans.size:
        return spans
    # The step into the end is cut short itself: the one before it counts.
    rise = np.abs(lead_uv[spans[:, 0] - 1] - lead_uv[spans[:, 0] - 2])
    fall = np.abs(lead_uv[spans[:, 1] + 1] - lead_uv[spans[:, 1]])
    steps = np.abs(np.diff(lead_uv))
    smallest = float(np.min(steps, where=steps > 0, initial=np.inf))
    steep = max(STEEP_UV_PER_MS * 1000 / rate_hz, STEEP_STEPS * smallest)
    spans = spans[(rise >= steep) & (fall >= steep)]
    return spans if len(spans) >= FEWEST_PEAKS else NO_SPANS
