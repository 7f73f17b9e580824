"""The beats the platform found: where they are, the borders of their median, and its intervals."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any

from apps.ecg.models import Analysis, Recording
from apps.ecg.signal.intervals import corrected_qt

BORDERS = ("p_on", "p_off", "qrs_on", "qrs_off", "t_on", "t_off")
# Beats whose borders are those of the median.
ALIKE = {"dominant", "paced"}
INTERVALS = {
    "p_ms": ("p_on", "p_off"),
    "pr_ms": ("p_on", "qrs_on"),
    "qrs_ms": ("qrs_on", "qrs_off"),
    "qt_ms": ("qrs_on", "t_off"),
}


def peaks_of(analysis: Analysis | None) -> list[int]:
    """R peaks, as sample indexes, of the beats that the median is of; none where unmeasured."""
    return [peak for peak, _ in _alike(analysis)]


def borders_of(analysis: Analysis | None, recording: Recording) -> dict[str, float]:
    """Borders of the median beat in ms from R; a wave that was not found has none."""
    rate_hz = float(recording.sampling_rate_hz)
    found: dict[str, float] = {}
    for name in BORDERS:
        from_r = [
            float(beat[name]) - peak * 1000 / rate_hz
            for peak, beat in _alike(analysis)
            if beat.get(name) is not None
        ]
        if from_r:
            found[name] = round(median(from_r), 1)
    return found


def intervals(borders: Mapping[str, float], rr_ms: float | None) -> dict[str, float]:
    """Intervals in ms between borders, QTc where the RR is known; none of a wave not found."""
    found = {
        name: borders[end] - borders[start]
        for name, (start, end) in INTERVALS.items()
        if start in borders and end in borders
    }
    if "qt_ms" in found and rr_ms:
        qtc = corrected_qt(found["qt_ms"], rr_ms)
        found |= {f"qtc_{name}_ms": getattr(qtc, name) for name in ("bazett", "fridericia")}
        found |= {f"qtc_{name}_ms": getattr(qtc, name) for name in ("framingham", "hodges")}
    return found


def _alike(analysis: Analysis | None) -> list[tuple[int, dict[str, Any]]]:
    if analysis is None:
        return []
    pairs = zip(analysis.r_peaks, analysis.beats, strict=False)
    return [(peak, beat) for peak, beat in pairs if beat.get("class") in ALIKE]
