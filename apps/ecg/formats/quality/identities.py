"""Einthoven's and Goldberger's identities: they prove the arithmetic, not the electrodes."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from .panel import Panel
from .signal import Signal, Vector, upper_percentile

# name: (weight of I, weight of II)
WEIGHTS = {"III": (-1.0, 1.0), "aVR": (-0.5, -0.5), "aVL": (1.0, -0.5), "aVF": (-0.5, 1.0)}
FRACTION = 0.999
LSBS, PASS_UV, WARN_UV = 3.0, 15.0, 50.0
LIMIT = "3 steps or 15 µV, never 50 µV"
_SHIFTS = (-3, -2, -1, 1, 2, 3)


def check_identities(signal: Signal, panel: Panel) -> None:
    limb = _limb_leads(signal)
    residuals = _residuals(limb)
    if not residuals:
        panel.passed("limb-leads", "No limb lead was recorded beside I and II to compare.")
        return
    worst = f"{max(residuals.values()):.1f} µV at most"
    panel.passed("limb-leads", "The limb leads follow from I and II.", worst, LIMIT)
    for name, residual in residuals.items():
        allowed = max(LSBS * _scale_uv(signal, name), PASS_UV)
        figure = f"{residual:.1f} µV in {name}"
        if residual > max(WARN_UV, allowed):
            words = (
                f"Lead {name} does not follow from I and II (off by {residual:.0f} µV); "
                f"{_diagnosis(limb, name)}."
            )
            panel.quarantine("limb-leads", "lead-identity", words, figure, LIMIT, f"lead {name}")
        elif residual > allowed:
            words = f"Lead {name} is off I and II by {residual:.0f} µV."
            panel.warn("limb-leads", "lead-identity", words, figure, LIMIT)


def _limb_leads(signal: Signal) -> dict[str, Vector]:
    """The recorded limb leads where all are present; empty without I and II."""
    names = [
        lead.name
        for lead in signal.leads
        if lead.name in ("I", "II", *WEIGHTS) and not (lead.derived and lead.name in WEIGHTS)
    ]
    if not {"I", "II"} <= set(names):
        return {}
    together = signal.together(*names)
    return {name: signal.row(name)[together] for name in names}


def _residuals(limb: dict[str, Vector]) -> dict[str, float]:
    return {name: _residual(limb, name) for name in WEIGHTS if name in limb}


def _residual(limb: dict[str, Vector], name: str) -> float:
    return upper_percentile(np.abs(limb[name] - _expected(limb, name)), FRACTION)


def _expected(limb: dict[str, Vector], name: str) -> Vector:
    a, b = WEIGHTS[name]
    expected: Vector = a * limb["I"] + b * limb["II"]
    return expected


def _scale_uv(signal: Signal, name: str) -> float:
    return max(float(signal.scales_uv[signal.names.index(n)]) for n in (name, "I", "II"))


def _diagnosis(limb: dict[str, Vector], name: str) -> str:
    """The simplest mistake that would explain it."""
    for a, b in combinations(limb, 2):
        swapped = {**limb, a: limb[b], b: limb[a]}
        if max(_residuals(swapped).values()) <= WARN_UV:
            return f"leads {a} and {b} look exchanged"
    expected, actual = _expected(limb, name), limb[name]
    gain = float((expected * actual).sum() / max(float((expected * expected).sum()), 1e-9))
    if upper_percentile(np.abs(actual - gain * expected), FRACTION) <= WARN_UV:
        return f"its scale looks wrong by a factor of {gain:.2f}"
    for shift in _SHIFTS:
        off = np.abs(np.roll(actual, shift) - expected)[3:-3]
        if upper_percentile(off, FRACTION) <= WARN_UV:
            return f"it looks shifted by {abs(shift)} samples"
    return "a label, scale or time shift is wrong"
