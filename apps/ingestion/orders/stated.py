"""What a message says of an order, whatever door it came by, and why one is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

from apps.ingestion.models import Order

Status = Order.Status

# Order control codes that are understood (HL7 v2.5.1 table 0119) → the status each states;
# None leaves it to the status field.
CONTROLS: Final[dict[str, Status | None]] = {
    "NW": Status.ORDERED,
    "XO": None,
    "CA": Status.CANCELLED,
    "DC": Status.DISCONTINUED,
    "XX": None,
    "SC": None,
}

NUMBERS = ("placer_number", "placer_authority")
DETAILS = (
    *("filler_number", "filler_authority", "accession_number"),
    *("patient_number", "patient_authority", "identity"),
    *("code", "coding_system", "text", "priority", "requester", "callback"),
    *("starts_at", "starts_local", "starts_zone", "starts_doubt"),
)


class OrderRefused(Exception):
    """Nothing was changed. `field` names what is at fault, `words` say why; neither its content."""

    def __init__(self, code: str, field: str, words: str) -> None:
        super().__init__(code)
        self.code, self.field, self.words = code, field, words


@dataclass(frozen=True, slots=True)
class Stated:
    """`details` hold what was stated and nothing else; an empty text takes a detail away.

    `status` is what the control code or the status field says, empty where neither does. `fields`
    are the sender's names of what may be refused later.
    """

    control: str
    placer_number: str
    placer_authority: str
    stated_at: dt.datetime
    status: str = ""
    details: dict[str, Any] = field(default_factory=dict, repr=False)
    fields: dict[str, str] = field(default_factory=dict)

    def named(self, name: str) -> str:
        return self.fields.get(name, name)


def status_after(held: str, stated: Stated, known_at: dt.datetime) -> str:
    """Where an order stands after a message, in whichever order the messages come.

    Raises OrderRefused for what cannot be: to call off what is completed, to go on with what was
    called off.
    """
    said, is_newer = stated.status or held, stated.stated_at > known_at
    if said in Order.CALLED_OFF:
        if held == Status.COMPLETED and is_newer:
            raise OrderRefused(
                "order-completed", stated.named("control"), "The order is completed already."
            )
        over = held == Status.COMPLETED or (held in Order.CALLED_OFF and not is_newer)
        return held if over else said
    if held in Order.CALLED_OFF and stated.status:
        if is_newer:
            raise OrderRefused(
                "order-called-off",
                stated.named("control"),
                "The order was cancelled or discontinued. Place another one.",
            )
        # It was completed before it was called off, which therefore came too late.
        return said if said == Status.COMPLETED else held
    ranks = (Status.ORDERED, Status.IN_PROGRESS, Status.COMPLETED)
    return said if said in ranks and ranks.index(said) > _rank(held) else held


def _rank(status: str) -> int:
    ranks: list[str] = [Status.ORDERED, Status.IN_PROGRESS, Status.COMPLETED]
    return ranks.index(status) if status in ranks else len(ranks)
