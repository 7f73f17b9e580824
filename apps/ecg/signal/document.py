"""A measurement as plain values for JSON: rounded, null where there is no value."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from apps.ecg.signal.results import Axes, Measured, MedianBeat, Qtc


def document(measured: Measured) -> dict[str, Any]:
    """Milliseconds and degrees to one decimal; never NaN or infinity."""
    return {
        "algorithm": f"{measured.algorithm}@{measured.version}",
        "heart_rate_bpm": _rounded(measured.heart_rate_bpm),
        "rr_ms": _rounded(measured.rr_ms),
        "p_ms": _rounded(measured.p_ms),
        "pr_ms": _rounded(measured.pr_ms),
        "qrs_ms": _rounded(measured.qrs_ms),
        "qt_ms": _rounded(measured.qt_ms),
        "qtc": _qtc(measured.qtc),
        "axes": _axes(measured.axes),
        "r_peaks": list(measured.r_peaks),
        "beats": [asdict(beat) for beat in measured.beats],
        "beat_classes": list(measured.beat_classes),
        "median_beat": _median_beat(measured.median_beat),
        "leads": {name: asdict(lead) for name, lead in measured.leads.items()},
        "quality": {name: asdict(lead) for name, lead in measured.quality.items()},
        "rhythm": asdict(measured.rhythm) | {"rr_cv": _rounded(measured.rhythm.rr_cv, 4)},
        "statements": [asdict(statement) for statement in measured.statements],
        "reasons": dict(measured.reasons),
    }


def _rounded(value: float | None, digits: int = 1) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return round(value, digits)


def _qtc(qtc: Qtc | None) -> dict[str, float | None]:
    names = ("bazett", "fridericia", "framingham", "hodges", "rr_ms")
    return {name: _rounded(getattr(qtc, name)) if qtc else None for name in names}


def _axes(axes: Axes) -> dict[str, float | None]:
    return {"p": _rounded(axes.p), "qrs": _rounded(axes.qrs), "t": _rounded(axes.t)}


def _median_beat(beat: MedianBeat | None) -> dict[str, Any] | None:
    """What it was made of; its samples are not part of the document."""
    if beat is None:
        return None
    return {
        "beats_used": beat.beats_used,
        "sampling_rate_hz": _rounded(beat.sampling_rate_hz, 3),
        "fiducials_ms": asdict(beat.fiducials_ms),
    }


def as_text(measured: Measured) -> str:
    """One line for people; a dash where there is no value."""
    qtc = measured.qtc
    values = (
        ("HR", measured.heart_rate_bpm),
        ("PR", measured.pr_ms),
        ("QRS", measured.qrs_ms),
        ("QT", measured.qt_ms),
        ("QTcB", qtc.bazett if qtc else None),
        ("QTcF", qtc.fridericia if qtc else None),
        ("QRS axis", measured.axes.qrs),
    )
    parts = [f"{name} {'–' if value is None else round(value)}" for name, value in values]
    found = [s.text for s in measured.statements if s.present]
    return ", ".join([*parts, *found])
