"""The counts of a record, checked against the lengths, first values and checksums it states."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import Refused

from .header import Header, Signal
from .storage import DIFFERENCES, STORAGES, Storage

MATLAB_HEADER = struct.Struct("<5I4s")  # type, rows, columns, imaginary, name length, name
_INT32 = np.iinfo(np.int32)
PADDING = 3  # a packed file may end on a whole word


def read_counts(header: Header, files: Mapping[str, bytes]) -> NDArray[np.int32]:
    """Counts of shape (samples, signals) as stored, marks of missing ones included.

    Raises Refused.
    """
    parts = [
        _read_file(name, tuple(signals), header, files)
        for name, signals in itertools.groupby(header.signals, lambda signal: signal.file)
    ]
    if len({part.shape[0] for part in parts}) != 1:
        raise Refused("data-length", "The signal files differ in length.", field="signal files")
    counts = np.concatenate(parts, axis=1)
    _check_first_and_sum(header, counts)
    return counts


def storage_of(signal: Signal) -> Storage:
    """Raises Refused for a format that is not read."""
    storage = STORAGES.get(signal.format)
    if storage is None:
        known = ", ".join(map(str, STORAGES))
        raise Refused(
            "wfdb-storage",
            f"Signal format {signal.format} is not read; these are: {known}.",
            field="format",
        )
    return storage


def _read_file(
    name: str, signals: tuple[Signal, ...], header: Header, files: Mapping[str, bytes]
) -> NDArray[np.int32]:
    first, storage = signals[0], storage_of(signals[0])
    if any((s.format, s.at) != (first.format, first.at) for s in signals):
        raise Refused("wfdb-storage", "One signal file is stored in two ways.", field="format")
    data = files[name][first.at :]
    _check_matlab(files[name][: first.at], len(signals), header.samples)
    samples = header.samples or _samples_in(data, storage, len(signals))
    count = samples * len(signals)
    expected = storage.length(count)
    if len(data) < expected or not count:
        raise Refused(
            "truncated",
            "A signal file is shorter than its header says; send it again.",
            field="signal files",
        )
    if len(data) > expected + PADDING:
        raise Refused(
            "data-length", "A signal file is longer than its header says.", field="signal files"
        )
    values = storage.read(np.frombuffer(data, np.uint8)[:expected].copy(), count)
    rows = values.reshape(samples, len(signals))
    return _summed(rows, signals) if first.format == DIFFERENCES else rows


def _summed(rows: NDArray[np.int32], signals: tuple[Signal, ...]) -> NDArray[np.int32]:
    """The samples that differences make from the initial values of the header."""
    initial = [signal.first for signal in signals]
    if None in initial:
        raise Refused("wfdb-storage", "Differences have no initial value.", field="initial value")
    sums = rows.cumsum(axis=0, dtype=np.int64) + np.array(initial, np.int64)
    if np.abs(sums).max() > _INT32.max:
        raise Refused("sample-range", "Samples exceed 32 bits.", field="signal files")
    return sums.astype(np.int32)


def _samples_in(data: bytes, storage: Storage, signals: int) -> int:
    """As many whole rows as the file holds, where the header does not say."""
    samples = len(data) * 1000 // storage.length(1000) // signals
    while samples and storage.length(samples * signals) > len(data):
        samples -= 1
    return samples


def _check_matlab(head: bytes, signals: int, samples: int) -> None:
    """A MATLAB 4 file says its shape once more; anything else before the samples is skipped."""
    if len(head) != MATLAB_HEADER.size or not head.endswith(b"val\0"):
        return
    _, rows, columns, _, _, _ = MATLAB_HEADER.unpack(head)
    if rows != signals or samples not in (0, columns):
        raise Refused(
            "data-length", "Header and MATLAB file differ in their shape.", field="signal files"
        )


def _check_first_and_sum(header: Header, counts: NDArray[np.int32]) -> None:
    for column, signal in enumerate(header.signals):
        values = counts[:, column]
        if signal.first is not None and int(values[0]) != signal.first:
            raise Refused(
                "wfdb-checksum", "The first sample is not the one stated.", field="initial value"
            )
        total = int(values.sum(dtype=np.int64))
        if signal.checksum is not None and (total - signal.checksum) % (1 << 16):
            raise Refused(
                "wfdb-checksum",
                "The samples do not add up to their checksum; send the files again.",
                field="checksum",
            )
