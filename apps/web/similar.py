"""Rows of one list whose patients are easily taken for one another.

Two patients are alike when their family names are the same, or one slip of the pen apart, and
beside the name one thing more can be confused: the given name, the number, or the day of birth.
Neighbouring numbers alone mean nothing: they are given out one after another.

| family name     | and                                                     | alike |
|-----------------|---------------------------------------------------------|-------|
| the same        | given names of one beginning, or one not known          | yes   |
| the same, near  | numbers one slip apart                                  | yes   |
| the same, near  | born on the same day, or one part of the date differs   | yes   |
| another         | whatever                                                | no    |

A slip is one letter or digit wrong, missing or too many, or two neighbours changed over
(Damerau–Levenshtein distance 1).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

# In shorter ones a slip makes another common name, another ward's number.
SHORTEST_NAME = 4
SHORTEST_NUMBER = 5


@dataclass(frozen=True, slots=True)
class Person:
    """Who a row is of; `key` is the same for the same patient."""

    key: Hashable
    family_name: str
    given_name: str
    number: str
    born_on: dt.date | None = None


def similar(people: Iterable[Person]) -> set[Hashable]:
    """The keys of all who have another beside them that they are easily taken for."""
    different = {person.key: person for person in people}.values()
    found: set[Hashable] = set()
    for one, other in _of_like_family(different):
        if _alike(one, other):
            found |= {one.key, other.key}
    return found


def _of_like_family(people: Iterable[Person]) -> Iterator[tuple[Person, Person]]:
    """Names one slip apart share a form with one letter left out: only those are compared."""
    places: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        for form in _forms(person.family_name.casefold()):
            places[form].append(person)
    for together in places.values():
        if len(together) > 1:
            yield from combinations(together, 2)


def _forms(name: str) -> set[str]:
    if len(name) < SHORTEST_NAME:
        return {name} if name else set()
    return {name, *(name[:place] + name[place + 1 :] for place in range(len(name)))}


def _alike(one: Person, other: Person) -> bool:
    mine, theirs = one.family_name.casefold(), other.family_name.casefold()
    if mine == theirs:
        if _of_one_beginning(one.given_name.casefold(), other.given_name.casefold()):
            return True
    elif not one_slip(mine, theirs, SHORTEST_NAME):
        return False
    return one_slip(one.number, other.number, SHORTEST_NUMBER) or _born_near(
        one.born_on, other.born_on
    )


def _of_one_beginning(mine: str, theirs: str) -> bool:
    return not mine or not theirs or mine[:1] == theirs[:1]


def _born_near(mine: dt.date | None, theirs: dt.date | None) -> bool:
    """The same day, one of day, month and year different, or day and month changed over."""
    if mine is None or theirs is None:
        return False
    ours = (mine.year, mine.month, mine.day), (theirs.year, theirs.month, theirs.day)
    differing = sum(a != b for a, b in zip(*ours, strict=True))
    return differing <= 1 or ours[0] == (theirs.year, theirs.day, theirs.month)


def one_slip(mine: str, theirs: str, shortest: int = 1) -> bool:
    """Whether they are different, and only by one slip; never for shorter ones."""
    if mine == theirs or min(len(mine), len(theirs)) < shortest:
        return False
    short, long = sorted((mine, theirs), key=len)
    if len(long) - len(short) > 1:
        return False
    place = next((i for i, sign in enumerate(short) if sign != long[i]), len(short))
    if len(short) < len(long):
        return short[place:] == long[place + 1 :]
    if short[place + 1 :] == long[place + 1 :]:
        return True
    turned = short[place + 1 : place + 2] + short[place]
    return turned + short[place + 2 :] == long[place:]
