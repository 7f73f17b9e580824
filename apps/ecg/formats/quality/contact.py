"""Leads that carry nothing of their own: flat ones and copies."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .panel import Panel
from .signal import Signal, Vector

FLAT_UV = 2.0
CONSTANT = 1e-6  # a variance that is only rounding
COPY_CORRELATION, COPY_SIZE = 0.9999, 0.01
LONGEST_FIELD = 64
LIMIT = "less than 2 µV for more than 1 s"


def check_flat(signal: Signal, panel: Panel) -> None:
    """A lead with less than 2 µV of deviation for more than a second.

    Where every lead pauses at once but still carries noise, the heart may have paused: a warning.
    """
    panel.passed("flat", "Every recorded lead carries a signal.", limit=LIMIT)
    window = int(signal.rate_hz) + 1
    leads = signal.measured()
    if not leads or signal.uv.shape[1] < window:
        return
    if signal.present is None and all(_always_moves(signal.uv[lead], window) for lead in leads):
        return
    # One lead at a time: what is computed on the way stays small, and is used again.
    variances = [_running_variance(signal, lead, window) for lead in leads]
    flat = np.array([variance < FLAT_UV**2 for variance in variances])
    pause = _all(flat)
    if pause.any() and not (pause & _all([variance < CONSTANT for variance in variances])).any():
        words = "All leads are quiet for more than a second."
        panel.warn("flat", "all-leads-quiet", words, limit=LIMIT)
        flat &= ~_widened(pause, window)
    names = [signal.names[lead] for lead, row in zip(leads, flat, strict=True) if row.any()]
    words = f"No signal for more than a second in {', '.join(names)}."
    if len(names) >= 3 or {"I", "II"} & set(names):
        panel.quarantine(
            "flat", "flat-leads", words, ", ".join(names), LIMIT, _leads(", ".join(names))
        )
    elif names:
        panel.warn("flat", "flat-lead", words, ", ".join(names), LIMIT)


def _always_moves(row: Vector, window: int) -> bool:
    """Whether the lead is flat in no window, told without looking at each.

    A window holds one whole block of half its length, and varies at least by half as much.
    """
    half = (window + 1) // 2
    blocks = row[: row.size // half * half].reshape(-1, half)
    return bool(blocks.var(axis=1).min() * half / window >= FLAT_UV**2)


def _all(flags: Sequence[NDArray[np.bool_]] | NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(np.logical_and.reduce(flags, axis=0))


def _widened(flags: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    """True also where one is this near: leads do not end their pause at the same instant."""
    counts = np.concatenate([[0], np.cumsum(flags)])
    at = np.arange(flags.size)
    near = counts[np.minimum(at + by + 1, flags.size)] - counts[np.maximum(at - by, 0)]
    return np.asarray(near > 0)


def _running_variance(signal: Signal, lead: int, window: int) -> Vector:
    """Variance of each window; NaN, which is less than nothing, where a sample is missing."""
    row = signal.uv[lead]
    centred = row - row.mean()
    total = _window_sums(centred, window)
    centred *= centred
    variance = _window_sums(centred, window)
    total *= total
    total /= window
    variance -= total
    np.maximum(variance, 0, out=variance)
    variance /= window
    if signal.present is not None:
        whole = _window_sums(signal.present[lead].astype(np.float64), window) == window
        variance[~whole] = np.nan
    return variance


def _window_sums(values: Vector, window: int) -> Vector:
    sums = np.zeros(values.size + 1)
    np.cumsum(values, out=sums[1:])
    out: Vector = sums[window:] - sums[:-window]
    return out


def check_duplicates(signal: Signal, panel: Panel) -> None:
    """Two recorded leads with the same samples: one of them is not what it says."""
    panel.passed("copies", "No two leads hold the same signal.", limit="r up to 0.9999")
    leads = signal.measured()
    rows = [signal.uv[lead] - signal.uv[lead].mean() for lead in leads]
    sizes = [float(np.sqrt((row * row).sum())) for row in rows]
    for a, b in combinations(range(len(leads)), 2):
        if _alike(sizes[a], sizes[b]) and (
            # Summed without BLAS, whose start in a fresh process costs more than all the checks.
            float((rows[a] * rows[b]).sum()) > COPY_CORRELATION * sizes[a] * sizes[b]
            and signal.scales_uv[leads[a]] == signal.scales_uv[leads[b]]
        ):
            names = f"{signal.names[leads[a]]} and {signal.names[leads[b]]}"
            words = f"Leads {names} hold the same signal."
            panel.quarantine(
                "copies", "duplicate-channel", words, names, "r up to 0.9999", _leads(names)
            )


def _leads(names: str) -> str:
    return f"leads {names}"[:LONGEST_FIELD]


def _alike(a: float, b: float) -> bool:
    return min(a, b) > 0 and max(a, b) / min(a, b) < 1 + COPY_SIZE
