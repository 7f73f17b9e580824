"""Checks every format shares: physics and plausibility, not diagnosis.

A value that no heart and no working recorder makes is refused; one that is only odd is a warning.
The rate of the signal against the device's is checked where beats are found, not here.
"""

from __future__ import annotations

from apps.ecg.formats.canonical import DecodedEcg, DecodeWarning
from apps.ecg.formats.warnings import Warnings

from .agreement import check_agreement
from .amplitude import check_amplitude, check_median_scale, check_normalised
from .clock import clock_warnings
from .contact import check_duplicates, check_flat
from .coverage import check_coverage, check_median_rate
from .identities import check_identities
from .pulse import check_pulse
from .reversal import check_reversal
from .scales import check_scales
from .signal import Signal

__all__ = ["check", "clock_warnings"]


def check(ecg: DecodedEcg) -> tuple[DecodeWarning, ...]:
    """What is odd about an ECG. Raises Refused for what must not be read."""
    warnings = Warnings()
    check_coverage(ecg.rhythm, warnings)
    for waveform in (ecg.rhythm, *([ecg.median] if ecg.median else [])):
        check_scales(waveform, warnings)
    signal = Signal(ecg.rhythm)
    check_amplitude(signal, warnings)
    check_normalised(signal)
    check_flat(signal, warnings)
    check_pulse(signal)
    check_identities(signal, warnings)
    check_duplicates(signal)
    if ecg.median is not None:
        check_median_rate(ecg.rhythm, ecg.median, warnings)
        check_median_scale(signal, Signal(ecg.median), warnings)
    check_reversal(signal, warnings)
    check_agreement(ecg.measurements, warnings)
    return warnings.all()
