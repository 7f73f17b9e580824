"""Writing samples as differences and codes: the inverse of `encoded` and `huffman`."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from .huffman import DEFAULT_TABLES, Code

Tables = tuple[tuple[Code, ...], ...]


def differenced(rows: NDArray[np.int64], difference: int) -> NDArray[np.int64]:
    """First or second differences along the last axis, wrapped to 16 bits."""
    out = rows.copy()
    if difference == 1:
        out[:, 1:] = np.diff(rows, axis=1)
    elif difference == 2:
        out[:, 2:] = np.diff(rows, n=2, axis=1)
    return (out + 0x8000 & 0xFFFF) - 0x8000


def huffman_section(tables: Tables | None) -> bytes:
    """The body of section 2; None names the default table."""
    if tables is None:
        return struct.pack("<H", DEFAULT_TABLES)
    parts = [struct.pack("<H", len(tables))]
    for codes in tables:
        parts.append(struct.pack("<H", len(codes)))
        parts += [
            struct.pack("<BBBhI", c.prefix_bits, c.total_bits, c.emits, c.base, c.code)
            for c in codes
        ]
    return b"".join(parts)


def huffman_coded(values: NDArray[np.int64], tables: Tables) -> bytes:
    """The values in codes, filled to a byte. Raises ValueError where no code fits one."""
    known: dict[tuple[int, int], tuple[str, int]] = {}
    bits, table = [], 0
    for value in values.tolist():
        if (table, value) not in known:
            known[table, value] = _bits(tables, table, value)
        text, table = known[table, value]
        bits.append(text)
    stream = "".join(bits)
    stream += "0" * (-len(stream) % 8)
    return int("1" + stream, 2).to_bytes(len(stream) // 8 + 1, "big")[1:]


def _bits(tables: Tables, table: int, value: int) -> tuple[str, int]:
    """The bits of one value, behind a switch of tables where it needs one; the table after it."""
    code = _code(tables[table], value)
    if code is not None:
        extra = code.total_bits - code.prefix_bits
        return _prefix(code) + (f"{value & (1 << extra) - 1:0{extra}b}" if extra else ""), table
    for switch in tables[table]:
        if not switch.emits and _code(tables[switch.base - 1], value) is not None:
            text, after = _bits(tables, switch.base - 1, value)
            return _prefix(switch) + text, after
    raise ValueError("no code fits a sample")


def _code(codes: tuple[Code, ...], value: int) -> Code | None:
    """The shortest code of a table that holds the value."""
    fitting = [c for c in codes if c.emits and _holds(c, value)]
    return min(fitting, key=lambda c: c.total_bits, default=None)


def _holds(code: Code, value: int) -> bool:
    extra = code.total_bits - code.prefix_bits
    return -(1 << extra - 1) <= value < 1 << extra - 1 if extra else code.base == value


def _prefix(code: Code) -> str:
    """The bits in the order they are written: the lowest first."""
    return f"{code.code:0{code.prefix_bits}b}"[::-1]
