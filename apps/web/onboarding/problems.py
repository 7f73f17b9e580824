"""What is wrong with a file, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` is 0 for what belongs to no one line."""

    line: int
    path: str
    message: str

    def __str__(self) -> str:
        place = [f"line {self.line}"] if self.line else []
        return ": ".join([*place, *([self.path] if self.path else []), self.message])


class Refused(Exception):
    """The file is not followed, for these reasons; nothing was changed."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


@contextmanager
def gathered() -> Iterator[Callable[[Refused], None]]:
    """Go on after a problem and raise all of them at the end."""
    found: list[Problem] = []
    yield lambda refused: found.extend(refused.problems)
    if found:
        raise Refused(*found)
