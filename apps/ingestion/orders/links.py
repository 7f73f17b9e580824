"""Saying that an ECG answers an order, taking it back, and what becomes of the order by it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from apps.audit import actions as audit
from apps.ecg.models import Priority, Recording
from apps.ecg.stages import changed
from apps.ingestion.models import Order, OrderLink
from apps.tenants.models import User

Status = Order.Status


def current_link(recording: Recording) -> OrderLink | None:
    rows = OrderLink.objects.select_related("order")
    return rows.filter(recording=recording, ended_at=None).first()


def current_links() -> Prefetch:
    """The ECGs that answer each order of a list, as `current_links`, in one query for all."""
    rows = OrderLink.objects.filter(ended_at=None).select_related("recording").order_by("id")
    return Prefetch("links", rows, to_attr="current_links")


@transaction.atomic
def link(
    order: Order, recording: Recording, how: str, *, by: User | None = None, reason: str = ""
) -> OrderLink:
    """The ECG answers the order, and is read as soon as the order asks. It may have none yet."""
    row = OrderLink.objects.create(
        organization_id=order.organization_id,
        order=order,
        recording=recording,
        how=how,
        reason=reason,
        made_at=timezone.now(),
        made_by=by,
    )
    if order.status == Status.ORDERED:
        order.status = Status.IN_PROGRESS
        order.save(update_fields=["status"])
    name = str(recording.public_id)
    audit.record("ingestion.order.matched", order, actor=by, recording=name, method=how)
    _hurry(recording, Priority(order.priority))
    changed([recording])
    return row


def _hurry(recording: Recording, wanted: Priority) -> None:
    """An order makes an ECG more urgent, never less."""
    held = Priority(recording.priority)
    if wanted.rank < held.rank:
        recording.priority = wanted
        recording.save(update_fields=["priority"])
        audit.record("ecg.recording.hurried", recording, before=held.value, after=wanted.value)


@transaction.atomic
def unlink(row: OrderLink, *, by: User | None = None, reason: str = "") -> None:
    """Undone and kept as history; an order that no ECG answers any more waits for one again."""
    row.ended_at, row.ended_by, row.end_reason = timezone.now(), by, reason
    row.save(update_fields=["ended_at", "ended_by", "end_reason"])
    order, name = row.order, str(row.recording.public_id)
    audit.record("ingestion.order.unmatched", order, actor=by, recording=name)
    answered = OrderLink.objects.filter(order=order, ended_at=None).exists()
    if not answered and order.status not in Order.CALLED_OFF:
        order.status = Status.ORDERED
        order.save(update_fields=["status"])


def release(order: Order) -> None:
    """The order was called off: its ECGs are kept and stand as unsolicited."""
    for row in OrderLink.objects.select_related("recording").filter(order=order, ended_at=None):
        row.order = order
        unlink(row, reason="The order was called off.")


@transaction.atomic
def complete(recording: Recording, *, by: User | None, now: dt.datetime) -> None:
    """Its report is signed. An order completed or called off stays as it is."""
    row = current_link(recording)
    if row is None:
        return
    order = Order.objects.select_for_update(no_key=True).get(pk=row.order_id)
    if order.status in Order.OPEN:
        order.status = Status.COMPLETED
        order.stated_at = max(order.stated_at, now)
        order.save(update_fields=["status", "stated_at"])
        audit.record(
            "ingestion.order.completed", order, actor=by, recording=str(recording.public_id)
        )


def numbers_of(order: Order) -> dict[str, str]:
    """By which its placer and its filler know it, each with who assigned it."""
    names = ("placer_number", "placer_authority", "filler_number", "filler_authority")
    return {name: getattr(order, name) for name in (*names, "accession_number")}
