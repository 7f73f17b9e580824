"""Data records to counts: little-endian, two bytes a sample in EDF, three in BDF."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import Refused

from .header import Header


def read_counts(data: bytes, header: Header, columns: Sequence[int]) -> NDArray[np.int32]:
    """Counts of shape (samples, columns) of signals of one rate. Raises Refused."""
    records = _records(data, header)
    at = np.cumsum([0, *(signal.samples for signal in header.signals)])
    parts = [records[:, at[n] : at[n + 1]].reshape(-1) for n in columns]
    counts = np.stack(parts, axis=1)
    for column, n in enumerate(columns):
        low, high = header.signals[n].digital
        if counts[:, column].min() < low or counts[:, column].max() > high:
            raise Refused(
                "sample-range",
                "Samples lie beyond the range the file states.",
                field="digital minimum and maximum",
            )
    return counts


def annotations_of(data: bytes, header: Header) -> list[bytes]:
    """What the first annotation signal holds in each data record there is; without one, nothing."""
    row = sum(signal.samples for signal in header.signals) * header.width
    at = header.length
    for signal in header.signals:
        size = signal.samples * header.width
        if signal.is_annotation:
            starts = range(at, min(at + header.records * row, len(data)), row)
            return [data[start : start + size] for start in starts]
        at += size
    return []


def _records(data: bytes, header: Header) -> NDArray[np.int32]:
    row = sum(signal.samples for signal in header.signals)
    expected = header.records * row * header.width
    body = data[header.length :]
    if len(body) < expected:
        raise Refused(
            "truncated", "The file is shorter than it says; send it again.", field="data records"
        )
    if len(body) > expected:
        raise Refused("data-length", "The file is longer than it says.", field="data records")
    return _values(np.frombuffer(body, np.uint8), header.width).reshape(header.records, row)


def _values(raw: NDArray[np.uint8], width: int) -> NDArray[np.int32]:
    if width == 2:
        return np.asarray(raw.view("<i2").astype(np.int32))
    parts = raw.reshape(-1, 3).astype(np.int32)
    value = parts[:, 0] | parts[:, 1] << 8 | parts[:, 2] << 16
    return np.asarray((value ^ 0x800000) - 0x800000, dtype=np.int32)
