"""Public records of the corpus, read with a few lines of our own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.signal import Measured, measure
from apps.ecg.signal.synthesis import SynthesisSpec, Truth, synthesize

Array = NDArray[np.float64]
CANONICAL = {name.lower(): name for name in STANDARD_LEADS}
QRS_CODE, SKIP_CODES, LONG_SKIP, TEXT = 1, (60, 61, 62), 59, 63


def measured(**spec: object) -> tuple[Measured, Truth]:
    """A synthetic ECG measured, beside its truth."""
    synthetic = synthesize(SynthesisSpec(**spec))  # type: ignore[arg-type]
    rate = synthetic.sampling_rate_hz
    return measure(synthetic.samples_uv(), STANDARD_LEADS, rate), synthetic.truth


def read_record(stem: Path) -> tuple[Array, tuple[str, ...], float]:
    """Samples in µV, leads and rate of a format-16 record."""
    lines = [line for line in stem.with_suffix(".hea").read_text().splitlines() if line]
    _, leads, rate, *_ = lines[0].split()
    signals = [line.split() for line in lines[1 : 1 + int(leads)]]
    gains, bases = zip(*(_scale(signal[2], signal[4]) for signal in signals), strict=True)
    counts = np.fromfile(stem.parent / signals[0][0], "<i2").reshape(-1, len(signals))
    names = tuple(CANONICAL[signal[-1].lower()] for signal in signals)
    return (counts - np.array(bases)) / np.array(gains) * 1000, names, float(rate)


def read_qrs_marks(path: Path) -> list[int]:
    """Sample indexes of the beats in an MIT annotation file."""
    words = np.fromfile(path, "<u2").astype(int)
    marks, time, place = [], 0, 0
    while place < len(words) and words[place]:
        code, step = divmod(int(words[place]), 1024)
        place += 1
        if code == LONG_SKIP:
            time += (int(words[place]) << 16) + int(words[place + 1])
            place += 2
        elif code == TEXT:
            place += (step + 1) // 2
        elif code not in SKIP_CODES:
            time += step
            marks += [time] if code == QRS_CODE else []
    return marks


def _scale(gain: str, zero: str) -> tuple[float, float]:
    number, _, rest = gain.partition("/")[0].partition("(")
    return float(number), float(rest.rstrip(")") or zero)
