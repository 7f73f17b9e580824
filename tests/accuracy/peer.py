"""The same records by neurokit2, the way its own users call it: beats and borders in lead II."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import neurokit2
import numpy as np

from apps.ecg.signal.results import Fiducials, Measured
from tests.accuracy.records import Labelled

BORDERS = {
    "p_on": "ECG_P_Onsets",
    "p_off": "ECG_P_Offsets",
    "qrs_on": "ECG_R_Onsets",
    "qrs_off": "ECG_R_Offsets",
    "t_on": "ECG_T_Onsets",
    "t_off": "ECG_T_Offsets",
}


def measured_by_peer(record: Labelled) -> Measured:
    """In our own form, so that one comparison judges both; empty where it gives up."""
    line = record.samples_uv[:, record.leads.index("II")] / 1000
    rate = int(record.rate_hz)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            clean = neurokit2.ecg_clean(line, sampling_rate=rate)
            _, peaks = neurokit2.ecg_peaks(clean, sampling_rate=rate)
            _, waves = neurokit2.ecg_delineate(
                clean, peaks["ECG_R_Peaks"], sampling_rate=rate, method="dwt"
            )
        except (ValueError, IndexError, ZeroDivisionError):
            return Measured()
    at = peaks["ECG_R_Peaks"]
    beats = tuple(_beat(waves, place, 1000 / rate) for place in range(len(at)))
    return Measured(
        r_peaks=tuple(int(peak) for peak in at),
        beats=beats,
        p_ms=_median(beats, lambda b: _length(b.p_on, b.p_off)),
        pr_ms=_median(beats, lambda b: _length(b.p_on, b.qrs_on)),
        qrs_ms=_median(beats, lambda b: _length(b.qrs_on, b.qrs_off)),
        qt_ms=_median(beats, lambda b: _length(b.qrs_on, b.t_off)),
    )


def _beat(waves: dict[str, Any], place: int, step_ms: float) -> Fiducials:
    found = {}
    for name, column in BORDERS.items():
        value = waves[column][place] if place < len(waves[column]) else math.nan
        found[name] = None if value is None or math.isnan(value) else value * step_ms
    return Fiducials(**found)


def _length(on: float | None, off: float | None) -> float | None:
    return None if on is None or off is None else off - on


def _median(
    beats: tuple[Fiducials, ...], length: Callable[[Fiducials], float | None]
) -> float | None:
    known = [value for beat in beats if (value := length(beat)) is not None]
    return float(np.median(known)) if known else None
