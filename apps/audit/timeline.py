"""From moments to numbers: events are found by their place in the chain, at any size of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from apps.audit.models import AuditEvent, AuditHead

# An event is dated when it is recorded and placed when its work is committed: later, and not in
# the order of the dates. No transaction lasts as long as this.
SLACK = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers of events, both ends included; empty where last is below first."""

    first: int
    last: int

    def __len__(self) -> int:
        return max(0, self.last - self.first + 1)


def dated(since: dt.datetime | None, until: dt.datetime | None) -> Q:
    """Events dated from one moment to before another, bounded by their numbers as well."""
    wanted = Q()
    if since is not None:
        wanted &= Q(occurred_at__gte=since, seq__gte=first_at(since - SLACK))
    if until is not None:
        wanted &= Q(occurred_at__lt=until, seq__lt=first_at(until + SLACK))
    return wanted


def events_in(since: dt.datetime, until: dt.datetime) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(dated(since, until))


def span_of(since: dt.datetime, until: dt.datetime) -> Span:
    """From the first to the last event dated in the range, with all between them."""
    numbers = events_in(since, until).order_by("seq").values_list("seq", flat=True)
    first, last = numbers.first(), numbers.last()
    return Span(1, 0) if first is None or last is None else Span(first, last)


def first_at(moment: dt.datetime) -> int:
    """Number of the first event of that moment or later, as if dates never went back."""
    low, high = 1, AuditHead.objects.values_list("seq", flat=True).get() + 1
    while low < high:
        middle = (low + high) // 2
        if _date_of(middle, high) < moment:
            low = middle + 1
        else:
            high = middle
    return low


def _date_of(seq: int, before: int) -> dt.datetime:
    """Of the event, or of the next one where it was taken out of the chain."""
    rows = AuditEvent.objects.filter(seq__gte=seq, seq__lt=before).order_by("seq")
    found = rows.values_list("occurred_at", flat=True).first()
    return found or dt.datetime.max.replace(tzinfo=dt.UTC)
