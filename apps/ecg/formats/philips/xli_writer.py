"""XLI compression, the exact counterpart of `xli`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .xli import BIAS, BITS, CODE, END, HEADER

_INT16 = np.iinfo(np.int16)


def encode_block(samples: NDArray[np.int64]) -> bytes:
    """One lead of at least two samples. Raises ValueError beyond 16 bits."""
    bent = 2 * samples[1:-1] - samples[:-2] - samples[2:]
    stored = np.concatenate([samples[:2], bent[1:] + BIAS, [BIAS]])[: samples.size]
    if min(stored.min(), samples.min()) < _INT16.min or stored.max() > _INT16.max:
        raise ValueError("samples do not fit 16 bits")
    planes = np.concatenate([stored >> 8 & 0xFF, stored & 0xFF]).astype(np.uint8).tobytes()
    coded = _packed(np.fromiter(_codes(planes), np.int64))
    return HEADER.pack(len(coded), CODE, int(bent[0]) if bent.size else 0) + coded


def _codes(data: bytes) -> Iterator[int]:
    """LZW codes; the table stops growing when it is full."""
    table = {bytes([value]): value for value in range(256)}
    known = b""
    for value in data:
        longer = known + bytes([value])
        if longer in table:
            known = longer
            continue
        yield table[known]
        if len(table) < END:
            table[longer] = len(table)
        known = longer[-1:]
    yield table[known]
    yield END


def _packed(codes: NDArray[np.int64]) -> bytes:
    bits = codes[:, None] >> np.arange(BITS - 1, -1, -1) & 1
    return np.packbits(bits.astype(np.uint8).ravel()).tobytes()
