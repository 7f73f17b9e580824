"""Leads whose peaks are cut off, as where the range of a recorder ends."""

from __future__ import annotations

import numpy as np

from apps.ecg.formats.clipping import clipped_spans

from .panel import Panel
from .signal import Signal, Vector

LIMIT = "no highest or lowest value twice for 6 ms between steep sides"


def check_clipped(signal: Signal, panel: Panel) -> None:
    """Their heights, and those of leads computed from them, are less than the heart's."""
    panel.passed("clipped", "No recorded lead has its peaks cut off.", limit=LIMIT)
    leads = signal.measured()
    found = [lead for lead in leads if len(clipped_spans(_gapped(signal, lead), signal.rate_hz))]
    if found:
        names = ", ".join(signal.names[lead] for lead in found)
        words = f"Peaks are cut off flat in {names}: their true heights are not in the file."
        panel.warn("clipped", "clipped-lead", words, names, LIMIT)


def _gapped(signal: Signal, lead: int) -> Vector:
    """One lead, NaN where it is missing, so that a gap is not taken for a peak."""
    row: Vector = signal.uv[lead]
    return row if signal.present is None else np.where(signal.present[lead], row, np.nan)
