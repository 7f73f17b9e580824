"""XLI: 10-bit LZW over the high bytes, then the low bytes, of lagging second differences.

A block is one lead: size of the coded bytes (4, little-endian), code (2), first difference (2),
coded bytes. Codes are read from the highest bit; 1023 ends a lead.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import Refused

HEADER = struct.Struct("<iHh")
CODE = 1
BITS = 10
END = (1 << BITS) - 1
BIAS = 64
_INT16 = np.iinfo(np.int16)


class Block(NamedTuple):
    first_difference: int
    coded: bytes


def blocks(data: bytes, *, field: str) -> Iterator[Block]:
    """The leads, still coded. Raises Refused where the data ends inside one."""
    at = 0
    while at < len(data):
        if len(data) - at < HEADER.size:
            _refuse("The compressed samples are cut short.", field)
        size, code, first = HEADER.unpack_from(data, at)
        at += HEADER.size
        if code != CODE or not 0 < size <= len(data) - at:
            _refuse("The compressed samples are cut short or of an unknown kind.", field)
        yield Block(first, data[at : at + size])
        at += size


def decode_block(block: Block, samples: int, *, field: str) -> NDArray[np.int64]:
    """The samples of one lead, exactly that many. Raises Refused."""
    planes = np.frombuffer(_expand(block.coded, 2 * samples, field), np.uint8)
    high, low = planes[:samples].view(np.int8).astype(np.int64), planes[samples:]
    return _integrate(high * 256 + low, block.first_difference, field)


def _integrate(stored: NDArray[np.int64], first: int, field: str) -> NDArray[np.int64]:
    """x[n] = 2x[n−1] − x[n−2] − d[n−1], where d[1] is in the header and d[n] stored with a bias."""
    if stored.size < 2:
        return stored
    second = BIAS - stored[1:-1]
    if second.size:
        second[0] = -first
    slopes = np.cumsum(np.concatenate([stored[1:2] - stored[:1], second]))
    out = np.concatenate([stored[:1], stored[0] + np.cumsum(slopes)])
    if out.min() < _INT16.min or out.max() > _INT16.max:
        _refuse("The compressed samples do not expand to 16 bits.", field)
    return out


def _expand(coded: bytes, size: int, field: str) -> bytes:
    """LZW whose table stops growing when it is full. Raises Refused unless it gives `size`."""
    table = [bytes([value]) for value in range(256)]
    out: list[bytes] = []
    length, last = 0, b""
    # Each code gives a byte or more, so what lies further on cannot be wanted.
    for code in _codes(coded[: (size + 2) * BITS // 8 + 1]):
        if code == END or length > size:
            break
        if code < len(table):
            entry = table[code]
        elif code == len(table) and last:
            entry = last + last[:1]
        else:
            _refuse("The compressed samples hold an impossible code.", field)
        if last and len(table) < END:
            table.append(last + entry[:1])
        out.append(entry)
        length += len(entry)
        last = entry
    if length != size:
        _refuse("The compressed samples are not as many as the file says.", field)
    return b"".join(out)


def _codes(coded: bytes) -> list[int]:
    bits = np.unpackbits(np.frombuffer(coded, np.uint8))
    whole = bits.size // BITS
    weights = 1 << np.arange(BITS - 1, -1, -1)
    found: list[int] = (bits[: whole * BITS].reshape(whole, BITS) @ weights).tolist()
    return found


def _refuse(message: str, field: str) -> NoReturn:
    raise Refused("bad-compression", message, field=field)
