"""Writes a waveform as a WFDB record: header and signal file by name."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from apps.ecg.formats import bundle
from apps.ecg.formats.canonical import Waveform
from apps.ecg.formats.gaps import fill_gaps
from apps.ecg.formats.wfdb.storage import DIFFERENCES, STORAGES

NV_PER_UNIT = {"nV": 1, "uV": 1_000, "mV": 1_000_000}


@dataclass(frozen=True, slots=True)
class WfdbOptions:
    storage: int = 16
    unit: str = "mV"
    leads: tuple[str, ...] = ()  # which, in which order; empty: as they are
    negate_avr: bool = False
    matlab: bool = False
    baseline: int = 0  # added to every count
    clock: str = " 10:20:30 01/03/2026"
    comments: tuple[str, ...] = ("age: 45", "sex: F")
    name: str = "record"


def wfdb_files(waveform: Waveform, options: WfdbOptions | None = None) -> dict[str, bytes]:
    """Raises ValueError where the storage format cannot hold the counts or the scale."""
    o = options or WfdbOptions()
    names = waveform.lead_names()
    columns = [names.index(name) for name in o.leads or names]
    counts = fill_gaps(waveform.counts, waveform.missing)[:, columns].astype(np.int64)
    turned = [o.negate_avr and names[n] == "aVR" for n in columns]
    counts = np.where(turned, -counts, counts) + o.baseline
    limit = -STORAGES[o.storage].missing
    if counts.min() <= -limit or counts.max() >= limit:
        raise ValueError("the counts do not fit")
    if waveform.missing is not None:
        counts[waveform.missing[:, columns]] = -limit
    head = _matlab(counts) if o.matlab else b""
    file = f"{o.name}.{'mat' if o.matlab else 'dat'}"
    storage = f"{o.storage}{f'+{len(head)}' if head else ''}"
    lines = [f"{o.name} {len(columns)} {waveform.sampling_rate_hz} {waveform.samples}{o.clock}"]
    for column, n in enumerate(columns):
        lead, values = waveform.leads[n], counts[:, column]
        gain = Fraction(NV_PER_UNIT[o.unit]) / Fraction(lead.nv_per_lsb)
        zero = Fraction(lead.offset_nv) / Fraction(lead.nv_per_lsb)
        baseline = o.baseline - (-zero if turned[column] else zero)
        total = (int(values.sum()) + 0x8000) % 0x10000 - 0x8000
        lines.append(
            f"{file} {storage} {_decimal(gain)}({_whole(baseline)})/{o.unit} 16 0 "
            f"{values[0]} {total} 0 {'-' * turned[column]}{names[n]}"
        )
    header = "\n".join([*lines, *(f"# {line}" for line in o.comments)]) + "\n"
    stored = np.diff(counts, axis=0, prepend=counts[:1]) if o.storage == DIFFERENCES else counts
    return {f"{o.name}.hea": header.encode(), file: head + PACK[o.storage](stored.ravel())}


def wfdb(waveform: Waveform, options: WfdbOptions | None = None) -> bytes:
    return bundle.write(wfdb_files(waveform, options))


def _decimal(value: Fraction) -> str:
    text = f"{float(value):.10f}".rstrip("0").rstrip(".")
    if Fraction(text) != value:
        raise ValueError("the gain does not end")
    return text


def _whole(value: Fraction) -> int:
    if value.denominator != 1:
        raise ValueError("the baseline is no whole count")
    return int(value)


def _matlab(counts: np.ndarray) -> bytes:
    return struct.pack("<5I4s", 30, counts.shape[1], counts.shape[0], 0, 4, b"val\0")


def _212(values: np.ndarray) -> bytes:
    pairs = np.pad(values, (0, values.size % 2)).reshape(-1, 2) & 0xFFF
    low, high = pairs[:, 0], pairs[:, 1]
    parts = np.stack([low & 0xFF, low >> 8 | high >> 8 << 4, high & 0xFF], axis=1)
    return parts.astype(np.uint8).tobytes()


def _24(values: np.ndarray) -> bytes:
    return values.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


def _triples(values: np.ndarray) -> np.ndarray:
    return np.pad(values, (0, -values.size % 3)).reshape(-1, 3) & 0x3FF


def _310(values: np.ndarray) -> bytes:
    a, b, c = _triples(values).T
    words = np.stack([a << 1 | (c & 0x1F) << 11, b << 1 | (c >> 5) << 11], axis=1)
    return words.astype("<u2").tobytes()


def _311(values: np.ndarray) -> bytes:
    a, b, c = _triples(values).T
    return (a | b << 10 | c << 20).astype("<u4").tobytes()


def _differences(values: np.ndarray) -> bytes:
    if np.abs(values).max() > 127:
        raise ValueError("the signal is too steep")
    return values.astype("i1").tobytes()


PACK: dict[int, Callable[[np.ndarray], bytes]] = {
    DIFFERENCES: _differences,
    16: lambda v: v.astype("<i2").tobytes(),
    61: lambda v: v.astype(">i2").tobytes(),
    160: lambda v: (v + 0x8000).astype("<u2").tobytes(),
    80: lambda v: (v + 0x80).astype(np.uint8).tobytes(),
    32: lambda v: v.astype("<i4").tobytes(),
    24: _24,
    212: _212,
    310: _310,
    311: _311,
}
