"""Query parameters, each checked and named when it is wrong; one that is not known is refused."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.http import QueryDict

from apps.ecg.models import Priority, Waveform
from apps.ingestion.models import Order
from apps.integrations.api.problems import Problem
from apps.integrations.api.queries import MOST, Wanted
from apps.reports.models import Report

Read = Callable[[str], Any]


def moment(text: str) -> dt.datetime:
    """RFC 3339, its offset included: a time of no zone is of no moment."""
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError
    return found


def count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST):
        raise ValueError
    return int(text)


def one_of(values: Iterable[str]) -> Read:
    allowed = frozenset(values)

    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError
        return text

    return read


A_MOMENT = "Give a time with its offset, as 2026-11-22T09:30:00Z."
A_NAME = "Give an id as this API gives them, a UUID."

# Parameter → how it is read, and what to say where it cannot be.
Parameters = dict[str, tuple[Read, str]]
RECORDINGS: Parameters = {
    "limit": (count, f"Give a whole number from 1 to {MOST}."),
    "cursor": (uuid.UUID, "Give the `next` of the page before."),
    "received_from": (moment, A_MOMENT),
    "received_before": (moment, A_MOMENT),
    "acquired_from": (moment, A_MOMENT),
    "acquired_before": (moment, A_MOMENT),
    "patient": (uuid.UUID, A_NAME),
    "site": (uuid.UUID, A_NAME),
    "report_status": (one_of(Report.Status.values), f"One of {', '.join(Report.Status.values)}."),
}
FILES: Parameters = {
    "site": (uuid.UUID, A_NAME),
    "priority": (one_of(Priority.values), f"One of {', '.join(Priority.values)}."),
}
ORDERS: Parameters = {
    "limit": (count, f"Give a whole number from 1 to {MOST}."),
    "cursor": (uuid.UUID, "Give the `next` of the page before."),
    "status": (one_of(Order.Status.values), f"One of {', '.join(Order.Status.values)}."),
}
WAVEFORM: Parameters = {
    "kind": (one_of(Waveform.Kind.values), f"One of {', '.join(Waveform.Kind.values)}."),
}


def read(given: QueryDict, parameters: Parameters) -> dict[str, Any]:
    """Raises Problem naming the first parameter at fault."""
    found = {}
    for name, values in given.lists():
        if name not in parameters:
            words = f"A parameter is not known here. Known are {', '.join(sorted(parameters))}."
            raise Problem("invalid-request", detail=words)
        reader, words = parameters[name]
        try:
            (text,) = values
            found[name] = reader(text)
        except ValueError:
            raise Problem("invalid-request", field=name, detail=words) from None
    return found


def recordings_wanted(given: QueryDict) -> Wanted:
    return Wanted(**read(given, RECORDINGS))
