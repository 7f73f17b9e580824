"""Limb leads that follow exactly from I and II, and the order of leads."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .canonical import STANDARD_LEADS, Lead, Waveform
from .scale import is_exact
from .warnings import Warnings

# name: (weight of I, weight of II), in halves
_HALVES = {"III": (-2, 2), "aVR": (-1, -1), "aVL": (2, -1), "aVF": (-1, 2)}
_INT32 = np.iinfo(np.int32)


class _Source(NamedTuple):
    counts: NDArray[np.int64]
    offset: Decimal


def complete_limb_leads(waveform: Waveform, warnings: Warnings) -> Waveform:
    """Adds the limb leads that are absent, exact in integers, and puts leads in order.

    Without a common integer scale of I and II nothing is added, with a warning.
    """
    names = waveform.lead_names()
    absent = [name for name in _HALVES if name not in names]
    if absent and "I" in names and "II" in names:
        derived = _derive(waveform, absent)
        if derived is None:
            warnings.add("limb-leads", "Limb leads do not follow exactly and were not added.")
        else:
            waveform = derived
            warnings.add("limb-leads-derived", f"{', '.join(absent)} computed from I and II.")
    return _in_order(waveform)


def _derive(waveform: Waveform, absent: list[str]) -> Waveform | None:
    names = waveform.lead_names()
    first, second = names.index("I"), names.index("II")
    unit = _common(waveform.leads[first].nv_per_lsb, waveform.leads[second].nv_per_lsb)
    # Beyond 2^30 a weighted sum of products could leave 64 bits.
    if max(waveform.leads[i].nv_per_lsb for i in (first, second)) > unit * (1 << 30):
        return None
    one, two = _scaled(waveform, first, unit), _scaled(waveform, second, unit)
    made = [_combine(name, unit, one, two) for name in absent]
    columns = [counts for _, counts in made]
    leads = tuple(lead for lead, _ in made)
    if any(c.min() < _INT32.min or c.max() > _INT32.max for c in columns):
        return None
    if not all(is_exact(lead.nv_per_lsb) and is_exact(lead.offset_nv) for lead in leads):
        return None
    counts = np.column_stack([waveform.counts, *columns]).astype(np.int32)
    missing = waveform.missing
    if missing is not None:
        either = missing[:, first] | missing[:, second]
        missing = np.column_stack([missing, *[either] * len(absent)])
    return replace(waveform, leads=waveform.leads + leads, counts=counts, missing=missing)


def _common(a: Decimal, b: Decimal) -> Decimal:
    """The largest scale of which both are whole multiples."""
    while b:
        a, b = b, a % b
    return a


def _scaled(waveform: Waveform, column: int, unit: Decimal) -> _Source:
    lead = waveform.leads[column]
    multiple = int(lead.nv_per_lsb / unit)
    return _Source(waveform.counts[:, column].astype(np.int64) * multiple, lead.offset_nv)


def _combine(
    name: str, unit: Decimal, one: _Source, two: _Source
) -> tuple[Lead, NDArray[np.int64]]:
    a, b = _HALVES[name]
    offset = (a * one.offset + b * two.offset) / 2
    if name == "III":
        return Lead(name, unit, offset, derived=True), two.counts - one.counts
    return Lead(name, unit / 2, offset, derived=True), a * one.counts + b * two.counts


def _in_order(waveform: Waveform) -> Waveform:
    """Standard leads first, then the others by name."""
    names = waveform.lead_names()
    known = [name for name in STANDARD_LEADS if name in names]
    wanted = known + sorted(set(names) - set(known))
    order = [names.index(name) for name in wanted]
    if order == list(range(len(order))):
        return waveform
    return replace(
        waveform,
        leads=tuple(waveform.leads[i] for i in order),
        counts=np.ascontiguousarray(waveform.counts[:, order]),
        missing=None if waveform.missing is None else waveform.missing[:, order],
    )
