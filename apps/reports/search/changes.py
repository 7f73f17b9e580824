"""What is new, gone or measured otherwise since the prior of the same patient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apps.reports.search.facts import CHANGE, GONE, IS, NEW, NUMBER, PRIOR
from apps.reports.search.gather import Held

# Their difference says nothing.
NOT_COMPARED = {"age"}
NEW_BY_READER = {"lbbb-new": "lbbb"}
TURN = 360.0


def changes_of(now: Mapping[str, Held], before: Mapping[str, Held] | None) -> Iterator[Held]:
    """Terms by name of a recording and of its prior, None for a recording that has none.

    Beside a prior of which nobody said anything no statement is new.
    """
    for code, of in NEW_BY_READER.items():
        said = now.get(f"{IS}{code}")
        if said is not None and (before is None or f"{IS}{of}" in before):
            yield Held(f"{NEW}{of}", said.source)
    if before is None:
        return
    yield Held(PRIOR)
    is_spoken_of = any(term.startswith(IS) for term in before)
    for term, held in now.items():
        if term.startswith(IS) and is_spoken_of and term not in before:
            yield Held(f"{NEW}{term.removeprefix(IS)}", held.source)
        elif term.startswith(NUMBER) and term in before:
            yield from _difference(term.removeprefix(NUMBER), held, before[term])
    for term, held in before.items():
        if term.startswith(IS) and term not in now:
            yield Held(f"{GONE}{term.removeprefix(IS)}", held.source)


def _difference(code: str, now: Held, before: Held) -> Iterator[Held]:
    """Axes by the shorter way around."""
    if code in NOT_COMPARED or now.value is None or before.value is None:
        return
    apart = now.value - before.value
    if code.endswith("axis"):
        apart = (apart + TURN / 2) % TURN - TURN / 2
    yield Held(f"{CHANGE}{code}", value=round(apart, 3))
