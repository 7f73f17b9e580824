"""What leads I and II say of the other limb leads, in counts: Einthoven's and Goldberger's sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from .canonical import Lead

Counts = NDArray[np.int64]

# Halves are rounded down, so that every reader computes the same whole number.
SUMS: dict[str, Callable[[Counts, Counts], Counts]] = {
    "III": lambda one, two: two - one,
    "aVR": lambda one, two: -((one + two) >> 1),
    "aVL": lambda one, two: (2 * one - two) >> 1,
    "aVF": lambda one, two: (2 * two - one) >> 1,
}


def told_by_limbs(leads: Sequence[Lead]) -> list[bool]:
    """Which leads I and II say something of: limb leads of one scale with them, without offset."""
    by_name = {lead.name: lead for lead in leads}
    if len(by_name) != len(leads) or not {"I", "II"} <= by_name.keys():
        return [False] * len(leads)
    scale = by_name["I"].nv_per_lsb
    alike = {
        name for name, lead in by_name.items() if lead.nv_per_lsb == scale and not lead.offset_nv
    }
    return [lead.name in SUMS and {"I", "II", lead.name} <= alike for lead in leads]


def said(name: str, rows: NDArray[np.int32], names: Sequence[str]) -> Counts:
    """A lead's counts as I and II say them. Raises ValueError for a lead they say nothing of."""
    if name not in SUMS:
        raise ValueError("a lead that is no sum of I and II is packed as one")
    one, two = (rows[names.index(limb)].astype(np.int64) for limb in ("I", "II"))
    return SUMS[name](one, two)
