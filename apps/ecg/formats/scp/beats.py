"""Section 4: where beats are, and the signal rebuilt from what compression left of it.

Outside the protected zones bimodal compression keeps one value of several samples, and inside the
subtraction zones only the difference to the reference beat is kept (EN 1064, 5.7 and annex C).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import Refused

from .fields import Fields

FIELD = "Section 4"
MAX_BEATS = 10_000


class Zone(NamedTuple):
    """First and last sample, counted from 0, and the one the beat is aligned by."""

    start: int
    fiducial: int
    end: int


class Beats(NamedTuple):
    """Length of the reference beat in ms, its fiducial sample from 0, and the zones."""

    length_ms: int
    fiducial: int
    subtracted: tuple[Zone, ...]
    protected: tuple[Zone, ...]


def read_beats(body: bytes, samples: int, *, subtracted: bool, bimodal: bool) -> Beats:
    """Raises Refused for zones out of order or outside the recording.

    Zones that compression made no use of are not read.
    """
    fields = Fields(body, FIELD)
    length_ms, fiducial, count = fields.read("HHH")
    if count > MAX_BEATS:
        raise Refused("beat-zones", "The file marks too many beats.", field=FIELD)
    if not (subtracted or bimodal):
        return Beats(length_ms, fiducial - 1, (), ())
    beats = [zone for _ in range(count) if (zone := _subtraction(fields)) is not None]
    protected = [_protection(fields) for _ in range(count)] if bimodal else []
    used = beats if subtracted else []
    for found in (used, protected):
        _check_order(found, samples)
    return Beats(length_ms, fiducial - 1, tuple(used), tuple(protected))


def _protection(fields: Fields) -> Zone:
    start, end = fields.read("II")
    return Zone(start - 1, start - 1, end - 1)


def _subtraction(fields: Fields) -> Zone | None:
    """None for a beat of another type, from which nothing was subtracted."""
    kind, start, fiducial, end = fields.read("HIII")
    if kind or not (start or end):
        return None
    if not start <= fiducial <= end:
        raise Refused("beat-zones", "A beat's zone does not hold its own middle.", field=FIELD)
    return Zone(start - 1, fiducial - 1, end - 1)


def _check_order(zones: list[Zone], samples: int) -> None:
    before = -1
    for zone in zones:
        if not before < zone.start <= zone.end < samples:
            raise Refused(
                "beat-zones", "The zones of the beats overlap or lie outside.", field=FIELD
            )
        before = zone.end


def stored_values(samples: int, factor: int, protected: tuple[Zone, ...]) -> int:
    """How many values stand for the whole recording."""
    inside = sum(zone.end - zone.start + 1 for zone in protected)
    return inside + sum(-(-(end - start) // factor) for start, end in gaps(samples, protected))


def expanded(
    stored: NDArray[np.int64], samples: int, factor: int, protected: tuple[Zone, ...]
) -> NDArray[np.int64]:
    """All samples (samples, leads): those between protected zones lie on lines between means.

    Each mean stands in the middle of its samples; before the first and after the last middle of a
    gap the value stays.
    """
    out = np.empty((samples, stored.shape[1]), np.int64)
    used = 0
    for (start, end), zone in zip(gaps(samples, protected), (*protected, None), strict=True):
        count = -(-(end - start) // factor)
        if count:
            out[start:end] = _interpolated(stored[used : used + count], end - start, factor)
        used += count
        if zone is not None:
            size = zone.end - zone.start + 1
            out[zone.start : zone.end + 1] = stored[used : used + size]
            used += size
    return out


def gaps(samples: int, protected: tuple[Zone, ...]) -> list[tuple[int, int]]:
    """Start and end of what lies before, between and after the protected zones."""
    starts = [0, *(zone.end + 1 for zone in protected)]
    ends = [*(zone.start for zone in protected), samples]
    return list(zip(starts, ends, strict=True))


def _interpolated(means: NDArray[np.int64], length: int, factor: int) -> NDArray[np.int64]:
    starts = np.arange(means.shape[0]) * factor
    middles = (starts + np.minimum(starts + factor, length) - 1) / 2
    at = np.arange(length)
    columns = [np.interp(at, middles, means[:, i]) for i in range(means.shape[1])]
    return np.rint(np.stack(columns, axis=1)).astype(np.int64)


def add_reference(
    residual: NDArray[np.int64], beat: NDArray[np.int64], beats: Beats
) -> NDArray[np.int64]:
    """The residual with the reference beat put back wherever it was subtracted. Raises Refused."""
    out = residual.copy()
    for zone in beats.subtracted:
        first = beats.fiducial + zone.start - zone.fiducial
        last = first + zone.end - zone.start
        if first < 0 or last >= beat.shape[0]:
            raise Refused("beat-zones", "A beat's zone is longer than the beat.", field=FIELD)
        out[zone.start : zone.end + 1] += beat[first : last + 1]
    return out
