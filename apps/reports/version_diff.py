"""What one signed version says otherwise than the one before, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_PARTS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class Part:
    """`kind` is same, added or removed."""

    kind: str
    text: str


def differences(before: str, after: str) -> list[Part]:
    """The later text with what came and what went; joined without `removed` it is that text."""
    old, new = _PARTS.findall(before), _PARTS.findall(after)
    return list(_parts(old, new, SequenceMatcher(a=old, b=new, autojunk=False)))


def _parts(old: list[str], new: list[str], found: SequenceMatcher[str]) -> Iterator[Part]:
    for tag, a, b, c, d in found.get_opcodes():
        if tag == "equal":
            yield Part("same", "".join(new[c:d]))
            continue
        if a < b:
            yield Part("removed", "".join(old[a:b]))
        if c < d:
            yield Part("added", "".join(new[c:d]))
