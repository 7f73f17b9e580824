"""A calibration pulse left in the signal: 1 mV, square, in most leads at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .panel import Panel
from .signal import Signal, Vector

LOW_UV, HIGH_UV = 900.0, 1_100.0
SHORTEST_S, LONGEST_S = 0.1, 0.3
LEADS = 8
EDGE_S = 0.004
FLATNESS_UV = 60.0
LIMIT = "0.9 to 1.1 mV for 100 to 300 ms in 8 leads"


def check_pulse(signal: Signal, panel: Panel) -> None:
    """A pulse that no known tail explains is refused."""
    if holds_pulse(signal):
        words = "A calibration pulse stands in the recording."
        panel.quarantine("pulse", "calibration-pulse", words, limit=LIMIT, field="samples")
    else:
        panel.passed("pulse", "No calibration pulse stands in the recording.", limit=LIMIT)


def holds_pulse(signal: Signal) -> bool:
    """Whether at least eight leads hold the pulse at the same instant."""
    if len(signal.names) < LEADS or signal.uv.shape[1] < 2:
        return False
    edge = max(1, round(EDGE_S * signal.rate_hz))
    rising = np.array([_rising(row, edge) for row in signal.uv])
    starts = np.flatnonzero(rising.sum(axis=0) >= LEADS)
    return any(_is_pulse(signal, rising[:, start], int(start), edge) for start in starts)


def _rising(row: Vector, edge: int) -> NDArray[np.bool_]:
    step = row[edge:] - row[:-edge]
    return np.asarray((step >= LOW_UV) & (step <= HIGH_UV))


def _is_pulse(signal: Signal, leads: NDArray[np.bool_], start: int, edge: int) -> bool:
    """Flat on top for 100 ms, and back down within 300 ms."""
    top = start + edge
    plateau = signal.uv[leads, top : top + round(SHORTEST_S * signal.rate_hz) - edge]
    after = signal.uv[leads, top : top + round(LONGEST_S * signal.rate_hz) + 2 * edge]
    if plateau.shape[1] < 2:
        return False
    flat = np.ptp(plateau, axis=1) <= FLATNESS_UV
    fallen = plateau[:, 0] - after.min(axis=1) >= LOW_UV - FLATNESS_UV
    return int((flat & fallen).sum()) >= LEADS
