"""HL7 v2 messages about orders, by whatever door: taken in or refused, and answered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from apps.ingestion.orders.stated import OrderRefused
from apps.ingestion.orders.take import Message, keep_refused, take
from apps.integrations.hl7.answer import ACCEPTED, APPLICATION, acknowledge
from apps.integrations.hl7.inbound import (
    FAILED,
    MessageRefused,
    Segment,
    read_header,
    read_message,
)
from apps.integrations.hl7.orders import read_orders
from apps.tenants.models import Organization

TIME = "%Y%m%d%H%M%S%z"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message; `at` is when it came first, so that it is answered as it was."""

    head: Segment | None
    refused: MessageRefused | None
    at: dt.datetime

    @property
    def code(self) -> str:
        return self.refused.ack if self.refused else ACCEPTED

    def answer(self, speaker: str = APPLICATION) -> bytes:
        time = self.at.astimezone(dt.UTC).strftime(TIME)
        return acknowledge(self.head, self.refused, time, speaker)


def take_message(message: Message, organization: Organization) -> Outcome:
    """Each of its orders or none. What it returns is committed, what is refused is kept.

    Call as `take`. Raises OrganizationClosed, RetryableError.
    """
    head = read_header(message.data)
    try:
        taken = take(message, read_orders(read_message(message.data), organization))
        return Outcome(head, None, taken[0].received_at)
    except MessageRefused as error:
        refused = error
    except OrderRefused as error:
        refused = MessageRefused(FAILED, error.field, error.words, error.code)
    kept = keep_refused(message, OrderRefused(refused.code, refused.field, refused.words))
    return Outcome(head, refused, kept.received_at)
