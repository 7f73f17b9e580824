"""Who asked for the ECGs on the worklist, as their orders say it, and the sites they are of.

A requester is named by any one of their orders: an address holds its random id and no name.
"""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass

from django.db.models import QuerySet

from apps.core.together import together
from apps.ingestion.models import Order, OrderLink
from apps.reports.queries import Filters, filtered, in_priority_order
from apps.tenants.access import Active
from apps.tenants.models import Site
from apps.tenants.queries import permit

# Names are taken from the first of the list and are few: whoever else asked is found by a row.
LOOKED_AT = 200
MOST = 20


@dataclass(frozen=True, slots=True)
class Requester:
    """`order` is one of theirs."""

    name: str
    order: uuid.UUID


@dataclass(frozen=True, slots=True)
class Choices:
    """What the worklist may be narrowed to; `chosen` is the requester that was asked for."""

    sites: list[Site]
    requesters: list[Requester]
    chosen: str


def choices(active: Active, order: uuid.UUID | None) -> Choices:
    """In one round trip. `chosen` is empty for an order that is not here or names nobody."""
    permit(active, "view_recordings")
    places, asked, wanted = Site.objects.all(), _asked(), _name(order)
    together(places, asked, wanted)
    return Choices(list(places), _most(asked), next(iter(wanted), ""))


def requester_of(active: Active, order: uuid.UUID | None) -> str:
    """The name that order gives, or nothing."""
    permit(active, "view_recordings")
    return next(iter(_name(order)), "") if order else ""


def _name(order: uuid.UUID | None) -> QuerySet[Order, str]:
    rows = Order.objects.filter(public_id=order) if order else Order.objects.none()
    return rows.values_list("requester", flat=True)


def _asked() -> QuerySet[OrderLink, tuple[str, uuid.UUID]]:
    first = in_priority_order(filtered(Filters()), None)[:LOOKED_AT]
    rows = OrderLink.objects.filter(ended_at=None, recording__in=first.values("recording"))
    named = rows.exclude(order__requester="").order_by("order")
    return named.values_list("order__requester", "order__public_id")


def _most(asked: QuerySet[OrderLink, tuple[str, uuid.UUID]]) -> list[Requester]:
    """Those with the most ECGs waiting, by name; each by the first of their orders."""
    held: dict[str, uuid.UUID] = {}
    for name, order in asked:
        held.setdefault(name, order)
    many = Counter(name for name, _ in asked).most_common(MOST)
    names = sorted((name for name, _ in many), key=str.casefold)
    return [Requester(name, held[name]) for name in names]
