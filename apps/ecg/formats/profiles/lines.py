"""Facts of a profile as a person writes them: one a line, the file's word on the left."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .profile import BadProfile

_NUMBER = r"\d+(?:\.\d+)?"
_BORDERS = re.compile(rf"(?P<stated>.*?)\s+(?P<least>{_NUMBER}) to (?P<most>{_NUMBER})")


def pairs(text: str) -> dict[str, str]:
    """`code = meaning`, each code once. Raises BadProfile with the number of the line."""
    found: dict[str, str] = {}
    for number, stated, means in _split(text):
        if stated in found:
            raise BadProfile(f"Line {number} says again what {stated[:24]} is.")
        found[stated] = means
    return found


def units(text: str) -> list[dict[str, str]]:
    """`stated = uV`, or `stated 1 to 10 = uV` by the size of the number. Raises BadProfile."""
    rows = []
    for _, stated, means in _split(text):
        match = _BORDERS.fullmatch(stated)
        row = match.groupdict() if match else {"stated": stated}
        rows.append(row | {"means": means})
    return rows


def _split(text: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        stated, equals, means = (part.strip() for part in line.rpartition("="))
        if not (stated and equals and means):
            raise BadProfile(f"Line {number} is not of the form: word in the file = meaning.")
        yield number, stated, means
