"""Section 2 and its codes: values of variable length in a stream of bits (EN 1064, annex C).

The lengths of the codes at every bit of the stream are looked up at once, so that following the
stream is one addition a value; the values are then looked up at once where codes begin.
"""

from __future__ import annotations

from typing import NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import Refused

from .fields import Fields

FIELD = "Section 2"
DEFAULT_TABLES = 19999
WINDOW = 16
MAX_TABLES = 16
SLACK_BITS = 16  # a stream ends at a byte, and may be filled to an even length

Positions = NDArray[np.int64]


class Code(NamedTuple):
    """One entry of a table; `code` holds the prefix with its first bit lowest."""

    prefix_bits: int
    total_bits: int
    emits: bool  # else it switches to table number `base`, counted from 1
    base: int
    code: int


def _default() -> tuple[Code, ...]:
    """±n is n ones, a zero and a sign behind a leading one; the last two hold plain values."""
    codes = [Code(1, 1, True, 0, 0)]
    for n in range(1, 9):
        ones = (1 << n) - 1
        codes += [
            Code(n + 2, n + 2, True, n, ones),
            Code(n + 2, n + 2, True, -n, ones | 1 << n + 1),
        ]
    return (*codes, Code(10, 18, True, 0, 511), Code(10, 26, True, 0, 1023))


DEFAULT = _default()


class Table(NamedTuple):
    """By the first 16 bits of a window: bits used, value bits behind the prefix, base, switch."""

    total: NDArray[np.uint8]
    extra: NDArray[np.uint8]
    base: NDArray[np.int16]
    switch: NDArray[np.uint8]


def read_tables(body: bytes) -> tuple[Table, ...]:
    """The tables of a section 2. Raises Refused for any that is ambiguous."""
    fields = Fields(body, FIELD)
    count = fields.number("H")
    if count == DEFAULT_TABLES:
        return (build(DEFAULT, 1),)
    if not 1 <= count <= MAX_TABLES:
        _refuse(f"The file has {count} code tables.")
    tables = []
    for _ in range(count):
        entries = [fields.read("BBBhI") for _ in range(fields.number("H"))]
        codes = [Code(p, t, _emits(mode), base, code) for p, t, mode, base, code in entries]
        tables.append(build(tuple(codes), count))
    return tuple(tables)


def _emits(mode: int) -> bool:
    if mode not in (0, 1):
        _refuse("A code neither stands for a value nor switches tables.")
    return mode == 1


def build(codes: tuple[Code, ...], tables: int) -> Table:
    """Raises Refused where a code is impossible or is the beginning of another."""
    total, extra, switch = (np.zeros(1 << WINDOW, np.uint8) for _ in range(3))
    base = np.zeros(1 << WINDOW, np.int16)
    for code in codes:
        at = _windows(code, tables)
        if total[at].any():
            _refuse("One code is the beginning of another.")
        total[at], extra[at] = code.total_bits, code.total_bits - code.prefix_bits
        base[at], switch[at] = (code.base, 0) if code.emits else (0, code.base)
    return Table(total, extra, base, switch)


def _windows(code: Code, tables: int) -> slice:
    """The windows that begin with this code."""
    extra = code.total_bits - code.prefix_bits
    if not 1 <= code.prefix_bits <= WINDOW or not 0 <= extra <= 16 or (extra and code.base):
        _refuse("A code has an impossible length.")
    if code.code >> code.prefix_bits:
        _refuse("A code is longer than its prefix.")
    if not code.emits and (extra or not 1 <= code.base <= tables):
        _refuse("A code switches to a table that is not there.")
    first = int(f"{code.code:0{code.prefix_bits}b}"[::-1], 2) << WINDOW - code.prefix_bits
    return slice(first, first + (1 << WINDOW - code.prefix_bits))


def _refuse(message: str) -> NoReturn:
    raise Refused("huffman-table", message, field=FIELD)


class Stream:
    """The coded data of a whole section, from which each lead is decoded."""

    def __init__(self, data: bytes, tables: tuple[Table, ...], field: str) -> None:
        padded = np.frombuffer(data + bytes(8), np.uint8)
        self.wide = np.zeros(padded.size - 4, np.uint64)
        for i in range(5):
            self.wide = self.wide << np.uint64(8) | padded[i : padded.size - 4 + i]
        self.tables, self.field = tables, field
        narrow = (self.wide >> np.uint64(16)).astype(np.uint32)
        windows = (narrow[:, None] >> np.arange(8, 0, -1, dtype=np.uint32)) & np.uint32(0xFFFF)
        self.windows = windows.ravel()
        self.total = [table.total[self.windows].tobytes() for table in tables]
        self.switch = [
            table.switch[self.windows].tobytes() if table.switch.any() else b"" for table in tables
        ]

    def values(self, start: int, end: int, count: int) -> NDArray[np.int64]:
        """`count` values between two bytes. Raises Refused where they do not fill the stream."""
        first, limit = start * 8, end * 8
        if count > limit - first:
            self._end()
        if len(self.tables) == 1:
            at, after = self._walk(first, count)
            values = self._look_up(self.tables[0], at)
        else:
            at, used, after = self._walk_switching(first, limit, count)
            values = np.empty(count, np.int64)
            for number in np.unique(used):
                chosen = used == number
                values[chosen] = self._look_up(self.tables[number], at[chosen])
        if after > limit or limit - after >= SLACK_BITS:
            raise Refused(
                "lead-length",
                "A lead's coded samples do not fill the bytes it says.",
                field=self.field,
            )
        return values

    def _walk(self, at: int, count: int) -> tuple[Positions, int]:
        """Where each code begins; a code that is none has no length, and is found by that."""
        total, positions = self.total[0], [0] * count
        try:
            for index in range(count):
                positions[index] = at
                at += total[at]
        except IndexError:
            self._end()
        return np.array(positions, np.int64), at

    def _walk_switching(
        self, at: int, limit: int, count: int
    ) -> tuple[Positions, NDArray[np.int64], int]:
        table, positions, used = 0, list[int](), list[int]()
        while len(positions) < count:
            if at >= limit:
                self._end()
            switch = self.switch[table][at] if self.switch[table] else 0
            length = self.total[table][at]
            if not length:
                self._unknown()
            if switch:
                table = switch - 1
            else:
                positions.append(at)
                used.append(table)
            at += length
        return np.array(positions, np.int64), np.array(used, np.int64), at

    def _look_up(self, table: Table, at: Positions) -> NDArray[np.int64]:
        index = self.windows[at]
        extra = table.extra[index].astype(np.int64)
        prefix = table.total[index].astype(np.int64) - extra
        if (prefix + extra == 0).any():
            self._unknown()
        # 40 bits from the code's byte on, without what stands before and the prefix.
        wide = (self.wide[at >> 3].astype(np.int64) << ((at & 7) + prefix)) & ((1 << 40) - 1)
        plain = wide >> (40 - extra)
        signed = np.where(plain >> np.maximum(extra - 1, 0), plain - (1 << extra), plain)
        values: NDArray[np.int64] = np.where(extra > 0, signed, table.base[index])
        return values

    def _unknown(self) -> NoReturn:
        raise Refused("huffman-code", "The samples hold a code of no table.", field=self.field)

    def _end(self) -> NoReturn:
        raise Refused("truncated", "A lead's samples end too early.", field=self.field)
