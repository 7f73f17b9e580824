"""Signal files to counts: the storage formats of signal(5), each with its mark for no sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int32]
Bytes = NDArray[np.uint8]


class Storage(NamedTuple):
    """How long `count` samples are, what they are, and which count says that none was taken."""

    length: Callable[[int], int]
    read: Callable[[Bytes, int], Counts]
    missing: int


def _words(dtype: str, offset: int = 0) -> Callable[[Bytes, int], Counts]:
    def read(data: Bytes, count: int) -> Counts:
        return np.asarray(data.view(dtype)[:count].astype(np.int32) - offset, dtype=np.int32)

    return read


def _differences(data: Bytes, count: int) -> Counts:
    return data.view("i1")[:count].astype(np.int32)


def _three_bytes(data: Bytes, count: int) -> Counts:
    parts = data.reshape(-1, 3).astype(np.int32)
    return _signed(parts[:, 0] | parts[:, 1] << 8 | parts[:, 2] << 16, 24)[:count]


def _pairs(data: Bytes, count: int) -> Counts:
    """Format 212: two samples of 12 bits in three bytes."""
    parts = _padded(data, 3).reshape(-1, 3).astype(np.int32)
    first = parts[:, 0] | (parts[:, 1] & 0x0F) << 8
    second = parts[:, 2] | (parts[:, 1] & 0xF0) << 4
    return _signed(np.stack([first, second], axis=1).ravel()[:count], 12)


def _triples_apart(data: Bytes, count: int) -> Counts:
    """Format 310: the third sample lies in the top five bits of both words."""
    words = _padded(data, 4).view("<u2").reshape(-1, 2).astype(np.int32)
    third = words[:, 0] >> 11 | words[:, 1] >> 11 << 5
    samples = [words[:, 0] >> 1 & 0x3FF, words[:, 1] >> 1 & 0x3FF, third]
    return _signed(np.stack(samples, axis=1).ravel()[:count], 10)


def _triples(data: Bytes, count: int) -> Counts:
    """Format 311: three samples of ten bits from the low end of a word."""
    words = _padded(data, 4).view("<u4").astype(np.int64)
    samples = [words >> shift & 0x3FF for shift in (0, 10, 20)]
    return _signed(np.stack(samples, axis=1).ravel()[:count].astype(np.int32), 10)


def _padded(data: Bytes, width: int) -> Bytes:
    return np.concatenate([data, np.zeros(-data.size % width, np.uint8)])


def _signed(values: Counts, bits: int) -> Counts:
    half = np.int32(1 << bits - 1)
    return np.asarray((values ^ half) - half, dtype=np.int32)


def _times(width: int) -> Callable[[int], int]:
    return lambda count: count * width


def _length_310(count: int) -> int:
    return count // 3 * 4 + 2 * (count % 3)


def _length_311(count: int) -> int:
    return count // 3 * 4 + (0, 2, 3)[count % 3]


DIFFERENCES = 8  # each sample by its distance from the one before; none stands for no sample
STORAGES = {
    DIFFERENCES: Storage(_times(1), _differences, -(1 << 31)),
    16: Storage(_times(2), _words("<i2"), -(1 << 15)),
    61: Storage(_times(2), _words(">i2"), -(1 << 15)),
    160: Storage(_times(2), _words("<u2", 1 << 15), -(1 << 15)),
    80: Storage(_times(1), _words("u1", 1 << 7), -(1 << 7)),
    24: Storage(_times(3), _three_bytes, -(1 << 23)),
    32: Storage(_times(4), _words("<i4"), -(1 << 31)),
    212: Storage(lambda count: (3 * count + 1) // 2, _pairs, -(1 << 11)),
    310: Storage(_length_310, _triples_apart, -(1 << 9)),
    311: Storage(_length_311, _triples, -(1 << 9)),
}
