"""From moments to numbers: events are found by their place in the chain, at any size of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet

from apps.audit.models import AuditEvent
from apps.core.scope import required_organization

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
    with connection.cursor() as cursor:
        organization_id = required_organization()
        cursor.execute(_BISECT, [organization_id, organization_id, moment])
        return int(cursor.fetchone()[0])


# Where an event was taken out of the chain, the next one's date stands for it.
_BISECT = """
WITH RECURSIVE place (low, high) AS (
  SELECT 1::bigint, seq + 1 FROM audit_audithead WHERE organization_id = %s
  UNION ALL
  SELECT CASE WHEN earlier THEN middle + 1 ELSE low END,
         CASE WHEN earlier THEN high ELSE middle END
    FROM (SELECT low, high, (low + high) / 2 AS middle,
                 coalesce((SELECT e.occurred_at FROM audit_auditevent e
                            WHERE e.organization_id = %s
                              AND e.seq >= (low + high) / 2 AND e.seq < high
                            ORDER BY e.seq LIMIT 1), 'infinity') < %s AS earlier
            FROM place WHERE low < high) AS halved)
SELECT low FROM place WHERE low >= high LIMIT 1"""
