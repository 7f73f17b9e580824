"""Reading orders, and questions about them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404

from apps.ecg.models import Recording
from apps.ingestion.models import Order, OrderCase, OrderLink, OrderMessage
from apps.ingestion.orders.links import current_link
from apps.ingestion.orders.matching import around, numbers_of_patient, orders_named, orders_of
from apps.ingestion.rules import current_rules
from apps.tenants.access import Active
from apps.tenants.queries import permit

PAGE = 50
MOST_ORDERS = 6


@dataclass(frozen=True, slots=True)
class Page:
    cases: list[OrderCase]
    more: bool


def open_order_cases(active: Active) -> Page:
    """Those that wait for a person, the oldest first."""
    permit(active, "resolve_identity")
    rows = _cases().filter(closed_at=None).order_by("opened_at", "id")
    found = list(rows[: PAGE + 1])
    return Page(found[:PAGE], len(found) > PAGE)


def decided_order_cases(active: Active) -> list[OrderCase]:
    """The newest decisions."""
    permit(active, "resolve_identity")
    return list(_cases().exclude(closed_at=None).order_by("-closed_at", "-id")[:20])


def count_of_order_cases(active: Active) -> int:
    permit(active, "resolve_identity")
    return OrderCase.objects.filter(closed_at=None).count()


def get_order_case_to_resolve(active: Active, public_id: uuid.UUID) -> OrderCase:
    """Raises PermissionDenied, Http404."""
    permit(active, "resolve_identity")
    found = _cases().filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def orders_to_choose(active: Active, case: OrderCase) -> list[Order]:
    """What may answer the question: the order it has or names, then those of its patient's time."""
    permit(active, "resolve_identity")
    recording, found = case.recording, dict[int, Order]()
    held = current_link(recording)
    first: list[Order] = [held.order] if held else []
    first += [case.order] if case.order else []
    number = recording.accession_number.strip()
    named = orders_named(number) if number else Order.objects.none()
    near = orders_of(numbers_of_patient(recording)).filter(status__in=Order.OPEN)
    if recording.acquired_at is not None:
        near = near.filter(**around(recording.acquired_at, current_rules()))
    for order in (*first, *named[:MOST_ORDERS], *near.order_by("starts_at", "id")[:MOST_ORDERS]):
        found.setdefault(order.pk, order)
    return list(found.values())[:MOST_ORDERS]


def order_links_on(active: Active, recording: Recording) -> QuerySet[OrderLink]:
    """The order it answers, or none, for whoever reads it."""
    permit(active, "view_recordings")
    rows = OrderLink.objects.select_related("order", "made_by")
    return rows.filter(recording=recording, ended_at=None)


def order_cases_on(active: Active, recording: Recording) -> QuerySet[OrderCase]:
    permit(active, "view_recordings")
    return OrderCase.objects.filter(recording=recording, closed_at=None)


def get_recording_to_reorder(active: Active, public_id: uuid.UUID) -> Recording:
    """Raises PermissionDenied, Http404."""
    permit(active, "resolve_identity")
    found = Recording.objects.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def refused_messages(active: Active) -> list[OrderMessage]:
    """The newest that changed nothing, each with why."""
    permit(active, "resolve_identity")
    rows = OrderMessage.objects.filter(effect=OrderMessage.Effect.REFUSED)
    return list(rows.select_related("client").order_by("-id")[:20])


def get_order_message_to_download(active: Active, public_id: uuid.UUID) -> OrderMessage:
    """One that was refused, as it came. Raises PermissionDenied, Http404."""
    permit(active, "download_originals")
    rows = OrderMessage.objects.filter(effect=OrderMessage.Effect.REFUSED)
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _cases() -> QuerySet[OrderCase]:
    each = ("patient", "site", "device", "organization")
    names = [f"recording__{name}" for name in each]
    rows = OrderCase.objects.select_related("order", "decided_by", *names)
    return rows.prefetch_related("recording__patient__identifiers")
