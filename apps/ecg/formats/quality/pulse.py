"""A calibration pulse left in the signal: 1 mV, square, in most leads at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import Refused

from .signal import Signal, Vector

LOW_UV, HIGH_UV = 900.0, 1_100.0
SHORTEST_S, LONGEST_S = 0.1, 0.3
LEADS = 8
EDGE_S = 0.004
FLATNESS_UV = 60.0


def check_pulse(signal: Signal) -> None:
    """Raises Refused where at least eight leads hold the pulse at the same instant."""
    if len(signal.names) < LEADS:
        return
    edge = max(1, round(EDGE_S * signal.rate_hz))
    rising = np.array([_rising(row, edge) for row in signal.uv])
    for start in np.flatnonzero(rising.sum(axis=0) >= LEADS):
        if _is_pulse(signal, rising[:, start], int(start), edge):
            raise Refused("calibration-pulse", "A calibration pulse stands in the recording.")


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
