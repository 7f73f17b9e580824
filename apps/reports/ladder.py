"""Which steps of an escalation ladder are taken now: a pure function of time.

Of steps whose time went by while nobody looked only the last is taken, so that a late worker does
not wake everybody at once; the others are passed over. Where nobody is there the next step is
taken at once, and where nobody is further up, the nearest below that was missed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

TOLD, NOBODY, PASSED = "told", "nobody", "passed"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: its number, and how long after the result was raised it is taken."""

    number: int
    after: dt.timedelta


@dataclass(frozen=True, slots=True)
class Taking:
    number: int
    outcome: str


def takings(
    rungs: Iterable[Rung],
    taken: set[int],
    waited: dt.timedelta,
    is_there: Callable[[int], bool],
) -> list[Taking]:
    """What is done now, in the ladder's order; nothing while no further step is due."""
    left = sorted((rung for rung in rungs if rung.number not in taken), key=lambda r: r.number)
    due = [rung.number for rung in left if rung.after <= waited]
    if not due:
        return []
    upwards = [rung.number for rung in left if rung.number >= due[-1]]
    outcomes: dict[int, str] = {}
    for number in (*upwards, *reversed(due[:-1])):
        if TOLD not in outcomes.values():
            outcomes[number] = TOLD if is_there(number) else NOBODY
        elif number in due:
            outcomes[number] = PASSED
    return [Taking(number, outcomes[number]) for number in sorted(outcomes)]


def next_due(rungs: Iterable[Rung], taken: set[int], raised_at: dt.datetime) -> dt.datetime | None:
    """When the next step is taken; None at the ladder's end."""
    return min((raised_at + r.after for r in rungs if r.number not in taken), default=None)
