"""One segment as text: hl7apy lays it out, our own escaping fills it in.

hl7apy takes 40 ms for a whole result and escapes ambiguously, so it builds each *shape* of
segment once, with a mark where a value goes; after that a segment is one string format.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.core import Message, Segment

from .escapes import escape

VERSION = "2.5.1"

Component = str | tuple[str, ...]
Value = str | tuple[Component, ...]


def segment(name: str, fields: Mapping[int, Value]) -> str:
    """A segment from field number → text, or → components, or → components of subcomponents."""
    numbers = sorted(number for number in fields if any(_leaves(fields[number])))
    shape = tuple((number, _shape(fields[number], "^&")) for number in numbers)
    values = (escape(leaf) for number in numbers for leaf in _leaves(fields[number]))
    return _skeleton(name, shape).format(*values)


def _shape(value: Value, separators: str) -> str:
    if isinstance(value, str):
        return "{}" if value else ""
    parts = [_shape(part, separators[1:]) for part in value]
    return separators[0].join(parts).rstrip(separators[0])


def _leaves(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        if value:
            yield value
        return
    for part in value:
        yield from _leaves(part)


@lru_cache(maxsize=512)
def _skeleton(name: str, shape: tuple[tuple[int, str], ...]) -> str:
    built = _empty(name)
    for number, marks in shape:
        setattr(built, f"{name}_{number}".lower(), marks)
    return str(built.to_er7())


def _empty(name: str) -> Segment:
    level = VALIDATION_LEVEL.TOLERANT  # a mark is no number and no date
    if name == "MSH":  # only a message fills MSH-1 and MSH-2
        return Message("ORU_R01", version=VERSION, validation_level=level).msh
    return Segment(name, version=VERSION, validation_level=level)
