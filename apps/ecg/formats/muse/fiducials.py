"""Wave limits of a MUSE file: samples of the median beat, while intervals are in ms."""

from __future__ import annotations

from decimal import Decimal

from apps.ecg.formats.numbers import parse_decimal
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

from .measurements import CURRENT
from .waveforms import rate_of

TOLERANCE_SAMPLES = 2
_LIMITS = ("POnset", "POffset", "QOnset", "QOffset", "TOffset")
_INTERVALS = {"QRSDuration": ("QOnset", "QOffset"), "QTInterval": ("QOnset", "TOffset")}


def check_fiducials(root: Element, median: Element | None, warnings: Warnings) -> None:
    """Warns where the limits are out of order, or say other intervals than the file does."""
    found = {name: parse_decimal(root.text(CURRENT, name)) for name in (*_LIMITS, *_INTERVALS)}
    at = {name: found[name] for name in _LIMITS if found[name]}
    # P off may coincide with QRS on, nothing else may.
    order = [value for value in at.values() if value is not None]
    pairs = zip(list(at)[1:], order, order[1:], strict=False)
    if any(b < a or (a == b and name != "QOnset") for name, a, b in pairs):
        warnings.add("fiducial-order", "The device's wave limits are out of order.")
    rate = _rate(root, median)
    for interval, (start, end) in _INTERVALS.items():
        said, first, last = found[interval], at.get(start), at.get(end)
        if rate and said and first and last:
            samples = abs((last - first) - said * rate / 1000)
            if samples > TOLERANCE_SAMPLES:
                warnings.add("fiducials", f"The device's wave limits do not fit its {interval}.")


def _rate(root: Element, median: Element | None) -> Decimal | None:
    """ECGSampleBase; 0 there means the rate of the median itself (seen in version 7)."""
    base = root.number(CURRENT, "ECGSampleBase")
    if base:
        exponent = root.whole(CURRENT, "ECGSampleExponent") or 0
        return base.scaleb(exponent) if abs(exponent) <= 6 else None
    return None if median is None else rate_of(median)
