"""Rows of one list whose patients are easily taken for one another."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from itertools import combinations

SHORTEST_NUMBER = 5
CLOSE_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Person:
    """Who a row is of; `key` is the same for the same patient."""

    key: Hashable
    family_name: str
    given_name: str
    number: str


def similar(people: Iterable[Person]) -> set[Hashable]:
    """The keys of all who have another beside them with a like name, or a number as like."""
    different = {person.key: person for person in people}.values()
    found: set[Hashable] = set()
    for one, other in combinations(different, 2):
        if _like_names(one, other) or _like_numbers(one.number, other.number):
            found |= {one.key, other.key}
    return found


def _like_names(one: Person, other: Person) -> bool:
    """The same family name, and given names of one beginning."""
    family = one.family_name.casefold()
    if not family or family != other.family_name.casefold():
        return False
    mine, theirs = one.given_name.casefold(), other.given_name.casefold()
    return not mine or not theirs or mine[:3] == theirs[:3] or mine[:1] == theirs[:1]


def _like_numbers(one: str, other: str) -> bool:
    """As long, and different in one or two places."""
    if len(one) != len(other) or len(one) < SHORTEST_NUMBER:
        return False
    return 0 < sum(a != b for a, b in zip(one, other, strict=True)) <= CLOSE_DIGITS
