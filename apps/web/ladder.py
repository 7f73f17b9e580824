"""The ladder in words: where a critical result stands on it, and what may be chosen for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from apps.reports.models import CriticalResult, EscalationStep
from apps.reports.on_call import lists, members
from apps.tenants.access import Active
from apps.tenants.permissions import PERMISSIONS, ROLE_NAMES
from apps.web.times import elapsed

Choices = list[tuple[str, list[tuple[str, str]]]]
OUTCOMES = {"told": "", "nobody": "nobody was there", "passed": "passed over"}


@dataclass(frozen=True, slots=True)
class Standing:
    """`at` is 2 of 3, `next_clock` what the result's clock will show when the next is told."""

    at: str
    now: str
    next: str
    next_clock: str
    next_at: dt.datetime | None


def standing_of(result: CriticalResult, ladder: dict[int, EscalationStep]) -> Standing:
    """Of steps that were taken, the last one counts."""
    taken = {row.number: row for row in result.escalations.all()}
    left = [step for number, step in ladder.items() if number not in taken]
    last = taken[max(taken)] if taken else None
    said = " – ".join(filter(None, (str(last.step), OUTCOMES[last.outcome]))) if last else ""
    after = dt.timedelta(minutes=left[0].after_minutes) if left else None
    return Standing(
        at=f"{len(taken)} of {len({*taken, *ladder})}",
        now=said,
        next=str(left[0]) if left else "",
        next_clock=elapsed(after) if after is not None else "",
        next_at=result.raised_at + after if after is not None else None,
    )


def choices(active: Active) -> Choices:
    """Who may be told, by kind, as a menu shows them."""
    duties = [(f"on_call:{duty.public_id}", duty.name) for duty in lists(active)]
    roles = [
        (f"role:{role}", f"Every {ROLE_NAMES[role].lower()}")
        for role in ROLE_NAMES
        if role in PERMISSIONS["acknowledge_critical"]
    ]
    people = [(f"person:{one.user.public_id}", str(one.user)) for one in members()]
    return [("Who is on call", duties), ("Everybody of a role", roles), ("One person", people)]
