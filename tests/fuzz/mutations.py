"""Ways to damage a file, each by one seeded choice after another."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Mutation = Callable[[bytearray, random.Random], None]
HEAD, TAIL = 12_000, 6_000
_LIES = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
_NUMBERS = re.compile(rb"\d+")
_WORDS = re.compile(rb"[A-Za-z_:]{2,}")


def mutated(data: bytes, rng: random.Random) -> tuple[str, bytes]:
    """The name of the damage and the damaged file."""
    name = rng.choice(list(MUTATIONS))
    out = bytearray(data)
    MUTATIONS[name](out, rng)
    return name, bytes(out)


def _at(data: bytearray, rng: random.Random) -> int:
    """Mostly where headers lie, before the samples and after them."""
    place = rng.random()
    if place < 0.5:
        return rng.randrange(min(len(data), HEAD))
    if place < 0.65:
        return rng.randrange(max(0, len(data) - TAIL), len(data))
    return rng.randrange(len(data))


def _span(data: bytearray, rng: random.Random) -> slice:
    start = _at(data, rng)
    return slice(start, start + rng.randrange(1, 64))


def flip_bits(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.randrange(1, 4)):
        data[_at(data, rng)] ^= 1 << rng.randrange(8)


def overwrite(data: bytearray, rng: random.Random) -> None:
    at = _at(data, rng)
    data[at : at + 4] = rng.randbytes(4)


def truncate(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(len(data)) :]


def extend(data: bytearray, rng: random.Random) -> None:
    data += rng.randbytes(rng.randrange(1, 256))


def cut(data: bytearray, rng: random.Random) -> None:
    del data[_span(data, rng)]


def double(data: bytearray, rng: random.Random) -> None:
    span = _span(data, rng)
    data[span.start : span.start] = data[span]


def blank(data: bytearray, rng: random.Random) -> None:
    span = _span(data, rng)
    data[span] = bytes([rng.choice(b"\0 ")]) * len(data[span])


def swap(data: bytearray, rng: random.Random) -> None:
    """Two blocks of the same length change places."""
    size = rng.randrange(2, 256)
    if len(data) > 2 * size:
        a = rng.randrange(len(data) - 2 * size)
        b = rng.randrange(a + size, len(data) - size + 1)
        one, two = data[a : a + size], data[b : b + size]
        data[a : a + size], data[b : b + size] = two, one


def lie(data: bytearray, rng: random.Random) -> None:
    """A binary length, count or size of another value."""
    width, order = rng.choice([1, 2, 4]), rng.choice(["little", "big"])
    at = _at(data, rng)
    value = rng.choice(_LIES) & (1 << 8 * width) - 1
    data[at : at + width] = value.to_bytes(width, order)  # type: ignore[arg-type]


def renumber(data: bytearray, rng: random.Random) -> None:
    """One decimal digit of a written number."""
    _retyped(data, rng, _NUMBERS, b"0123456789")


def misspell(data: bytearray, rng: random.Random) -> None:
    """One letter of a tag, an attribute, a unit or a lead."""
    _retyped(data, rng, _WORDS, b"ABFIMNRVXabfilmnuv:")


def _retyped(data: bytearray, rng: random.Random, what: re.Pattern[bytes], letters: bytes) -> None:
    start = _at(data, rng)
    match = what.search(data, start, start + 400) or what.search(data, 0, HEAD)
    if match:
        data[rng.randrange(match.start(), match.end())] = rng.choice(letters)


MUTATIONS: dict[str, Mutation] = {
    function.__name__: function
    for function in (
        *(flip_bits, overwrite, truncate, extend, cut, double, blank, swap, lie),
        *(renumber, misspell),
    )
}
