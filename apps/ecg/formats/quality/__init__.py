"""Checks every format shares: physics and plausibility, not diagnosis.

A value that no heart and no working recorder makes is refused; one that is only odd is a warning.
Every check leaves a row with its figure and its limit, also where all is well.
"""

from __future__ import annotations

from apps.ecg.formats.canonical import DecodedEcg

from .agreement import check_agreement, check_borders
from .amplitude import STRETCHED, check_amplitude, check_median_scale, check_stretched
from .clipped import check_clipped
from .clock import clock_warnings
from .contact import check_duplicates, check_flat
from .coverage import check_coverage, check_median_rate
from .identities import check_identities
from .panel import Panel
from .pulse import check_pulse
from .rate import check_rate_agrees
from .reversal import check_reversal
from .scales import check_scales
from .signal import Signal

__all__ = ["STRETCHED", "Panel", "clock_warnings", "evaluate"]


def evaluate(ecg: DecodedEcg) -> Panel:
    """Every check that can be made; without a sound length and rate no other can."""
    panel = Panel()
    check_coverage(ecg.rhythm, panel)
    if panel.refuses:
        return panel
    check_scales([ecg.rhythm, *([ecg.median] if ecg.median else [])], panel)
    signal = Signal(ecg.rhythm)
    check_amplitude(signal, panel)
    check_flat(signal, panel)
    check_clipped(signal, panel)
    check_pulse(signal, panel)
    # Stretched leads cannot follow from one another.
    if not check_stretched(signal, panel):
        check_identities(signal, panel)
    check_duplicates(signal, panel)
    if ecg.median is not None:
        check_median_rate(ecg.rhythm, ecg.median, panel)
        check_median_scale(signal, Signal(ecg.median), panel)
    check_rate_agrees(signal, ecg.measurements, panel)
    check_reversal(signal, panel)
    check_borders(ecg.warnings, panel)
    check_agreement(ecg.measurements, panel)
    return panel
