"""A waveform as the checks see it: microvolts, one contiguous row per lead."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import Waveform

Vector = NDArray[np.float64]


class Signal:
    """Rows of µV in lead order; gaps hold the last value and are marked in `present`."""

    def __init__(self, waveform: Waveform) -> None:
        self.leads = waveform.leads
        self.names = waveform.lead_names()
        self.rate_hz = float(waveform.sampling_rate_hz)
        self.scales_uv = np.array([float(lead.nv_per_lsb / 1000) for lead in waveform.leads])
        offsets = np.array([float(lead.offset_nv / 1000) for lead in waveform.leads])
        self.uv: Vector = np.ascontiguousarray(waveform.counts.T, dtype=np.float64)
        self.uv *= self.scales_uv[:, None]
        self.uv += offsets[:, None]
        self.present: NDArray[np.bool_] | None = (
            None if waveform.missing is None else np.ascontiguousarray(~waveform.missing.T)
        )

    def row(self, name: str) -> Vector:
        values: Vector = self.uv[self.names.index(name)]
        return values

    def valid(self, index: int) -> Vector:
        """The samples of one lead that are not missing."""
        values: Vector = self.uv[index]
        return values if self.present is None else values[self.present[index]]

    def together(self, *names: str) -> NDArray[np.bool_] | slice:
        """Where all these leads are present."""
        if self.present is None:
            return slice(None)
        rows = self.present[[self.names.index(n) for n in names]]
        mask: NDArray[np.bool_] = np.logical_and.reduce(rows, axis=0)
        return mask

    def measured(self) -> list[int]:
        """Leads that were recorded, not computed."""
        return [i for i, lead in enumerate(self.leads) if not lead.derived]

    @cached_property
    def ranges_uv(self) -> Vector:
        """Robust peak to peak of each lead: 0.1 to 99.9 percentile."""
        return np.array([_robust_range(self.valid(i)) for i in range(len(self.names))])


def _robust_range(values: Vector) -> float:
    if not values.size:
        return 0.0
    low = int(0.001 * (values.size - 1))
    ordered = np.partition(values, (low, values.size - 1 - low))
    return float(ordered[values.size - 1 - low] - ordered[low])


def upper_percentile(values: Vector, fraction: float) -> float:
    """The value that this fraction does not exceed; 0 of nothing."""
    if not values.size:
        return 0.0
    at = int(fraction * (values.size - 1))
    # Asked for one place numpy takes a way of its own that is four times slower than for two.
    return float(np.partition(values, (at, at))[at])
