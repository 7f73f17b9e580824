"""What every transform of samples costs, on one clean ECG: microvolts, and QRS and QT moved."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import STANDARD_LEADS, Lead, Waveform
from apps.ecg.formats.packing import pack, unpack
from apps.ecg.formats.wire import decode_wire, encode
from apps.ecg.signal import measure
from apps.ecg.signal.conditioning import MAINS_HZ, WORK_HZ, condition
from apps.ecg.signal.synthesis import SynthesisSpec, synthesize
from tests.formats.ecgs import ecg

RATES_HZ = (240, 250, 1000, 2000)
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Limit:
    """The largest that is allowed."""

    max_uv: float
    rms_uv: float
    ms: float


EXACT = Limit(0, 0, 0)
RESAMPLED = Limit(10, 1, 4)
FILTERED = Limit(30, 10, 4)
CUT = Limit(25, 8, 4)
HUM_UV = 100.0
COPY = "a copy to measure; never stored or shown"


@dataclass(frozen=True, slots=True)
class Row:
    """`qrs_ms` and `qt_ms` are changes of what is measured."""

    name: str
    what: str
    max_uv: float
    rms_uv: float
    qrs_ms: float
    qt_ms: float
    limit: Limit

    def is_within(self) -> bool:
        moved = max(abs(self.qrs_ms), abs(self.qt_ms))
        limit = self.limit
        return self.max_uv <= limit.max_uv and self.rms_uv <= limit.rms_uv and moved <= limit.ms


def rows() -> Iterator[Row]:
    whole = _clean(WORK_HZ)
    counts = np.round(whole / 5).astype(np.int32)
    stored = Waveform(
        "rhythm", tuple(Lead(n, Decimal(5000)) for n in STANDARD_LEADS), counts, Decimal(WORK_HZ)
    )
    packed, _ = unpack(pack(stored, uuid.UUID(int=1)))
    sent = decode_wire(encode(ecg(stored))).rhythm
    exact = stored.samples_uv()
    yield _row("store", "packed, as stored and shown", exact, packed.samples_uv(), EXACT)
    yield _row("decode", "from the limited process to the worker", exact, sent.samples_uv(), EXACT)
    for rate in RATES_HZ:
        name = f"resample {rate} to {WORK_HZ} Hz"
        made = condition(_clean(rate), rate).raw
        yield _row(name, COPY, whole, made, RESAMPLED)
    made = condition(whole, WORK_HZ).clean
    yield _row("filter 0.5 to 150 Hz", COPY, whole, made, FILTERED)
    for mains in MAINS_HZ:
        hum = HUM_UV * np.sin(2 * np.pi * mains * np.arange(len(whole)) / WORK_HZ)
        cut = condition(whole + hum[:, None], WORK_HZ).clean
        yield _row(f"cut mains, {HUM_UV:g} µV at {mains:g} Hz", COPY, made, cut, CUT)


def _clean(rate_hz: int) -> Array:
    spec = SynthesisSpec(seed=1, sampling_rate_hz=rate_hz, wander_uv=0, muscle_uv=0)
    return synthesize(spec).samples_uv()


def _row(name: str, what: str, before: Array, after: Array, limit: Limit) -> Row:
    """The first and the last second are left out: there a filter has only one side."""
    error = (after - np.median(after, axis=0)) - (before - np.median(before, axis=0))
    inner = error[WORK_HZ:-WORK_HZ]
    old, new = (measure(samples, STANDARD_LEADS, WORK_HZ) for samples in (before, after))
    assert old.qrs_ms is not None
    assert old.qt_ms is not None
    assert new.qrs_ms is not None
    assert new.qt_ms is not None
    largest, rms = float(np.abs(inner).max()), float(np.sqrt((inner**2).mean()))
    return Row(name, what, largest, rms, new.qrs_ms - old.qrs_ms, new.qt_ms - old.qt_ms, limit)
