"""Taking messages about orders in: their bytes first, then one right state of each order."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field

import structlog
from django.db import transaction
from django.utils import timezone

from apps.audit import actions as audit
from apps.audit.alarms import raise_alarm
from apps.core.insert import insert_unless_there
from apps.core.locks import lock_until_commit
from apps.core.scope import required_organization
from apps.ingestion.actions import OrganizationClosed
from apps.ingestion.models import Order, OrderMessage
from apps.ingestion.orders.links import release
from apps.ingestion.orders.matching import match_order
from apps.ingestion.orders.numbering import ask_of_copies
from apps.ingestion.orders.stated import DETAILS, OrderRefused, Stated, status_after
from apps.tenants import blobs
from apps.tenants.models import ApiClient, Organization

log = structlog.get_logger(__name__)

KIND = "hl7"
Effect = OrderMessage.Effect
# A detail belongs to the one it is named with: they are taken together or not at all.
TOGETHER = {
    "filler_authority": "filler_number",
    "patient_authority": "patient_number",
    "starts_local": "starts_at",
    "starts_zone": "starts_at",
    "starts_doubt": "starts_at",
}


@dataclass(frozen=True, slots=True)
class Message:
    """The bytes as they came, and by what door.

    `door` says which of several of a kind; `name_hash` is of what its sender called it there.
    """

    data: bytes = field(repr=False)
    source: str
    client: ApiClient | None = None
    door: str = ""
    name_hash: str = ""
    trace_id: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass(frozen=True, slots=True)
class Taken:
    """The order as it stands now; `is_new` where the platform did not know it before.

    `received_at` is when the message came first.
    """

    order: Order
    is_new: bool
    received_at: dt.datetime


def take(message: Message, orders: list[Stated]) -> list[Taken]:
    """Each order of the message as it stands after it, all or none. What it returns is committed.

    Call in the organization's scope with no transaction open. Raises OrderRefused,
    OrganizationClosed, RetryableError.
    """
    sha256 = blobs.put(required_organization(), KIND, [message.data]).sha256
    with transaction.atomic():
        _check_open()
        _tell_of_name(message, sha256)
        lock_until_commit(*sorted({_name(stated) for stated in orders}))
        return [_apply(message, sha256, stated) for stated in orders]


def keep_refused(message: Message, refused: OrderRefused) -> OrderMessage:
    """Keep a message that changed nothing: the same bytes are one row, each refusal is an event.

    Call as `take`. Raises OrganizationClosed, RetryableError.
    """
    sha256 = blobs.put(required_organization(), KIND, [message.data]).sha256
    row = OrderMessage(
        organization_id=required_organization(),
        effect=Effect.REFUSED,
        source=message.source,
        client=message.client,
        sha256=sha256,
        name_hash=message.name_hash,
        received_at=timezone.now(),
        refusal_code=refused.code,
        refusal_field=refused.field[:80],
        refusal_words=refused.words[:300],
    )
    with transaction.atomic():
        _check_open()
        _tell_of_name(message, sha256)
        if not insert_unless_there(row):
            row = OrderMessage.objects.get(sha256=sha256, effect=Effect.REFUSED)
        audit.record(
            "ingestion.order.refused",
            row,
            actor=message.client,
            trace_id=message.trace_id,
            code=refused.code,
            **_by(message),
        )
    log.info("order.refused", code=refused.code)
    return row


def message_bytes(row: OrderMessage) -> bytes:
    """As they came. Raises Corrupt, Unsealable."""
    return blobs.get(row.organization_id, KIND, row.sha256)


def _check_open() -> None:
    if not Organization.objects.filter(pk=required_organization(), is_live=True).exists():
        raise OrganizationClosed


def _tell_of_name(message: Message, sha256: str) -> None:
    """A name that another message had before is its sender's mistake: told, and a new message."""
    if not message.name_hash:
        return
    lock_until_commit(f"message:{required_organization()}:{message.name_hash}")
    if OrderMessage.objects.filter(sha256=sha256).exists():
        return
    if OrderMessage.objects.filter(name_hash=message.name_hash).exists():
        raise_alarm("hl7.name_reused", message.door)


def _name(stated: Stated) -> str:
    """By which an order is locked, each of a message's in one order for all."""
    name = f"{stated.placer_authority}:{stated.placer_number}"
    return f"order:{required_organization()}:{name}"


def _apply(message: Message, sha256: str, stated: Stated) -> Taken:
    rows = Order.objects.select_for_update(no_key=True)
    order = rows.filter(
        placer_number=stated.placer_number, placer_authority=stated.placer_authority
    ).first()
    if order is None:
        return _place(message, sha256, stated)
    sent = OrderMessage.objects.filter(order=order, sha256=sha256, control=stated.control).first()
    row = sent or _renew(order, message, sha256, stated)
    return Taken(order, is_new=False, received_at=row.received_at)


def _place(message: Message, sha256: str, stated: Stated) -> Taken:
    """Known from now on, whatever the first message says: one that calls it off may come first."""
    order = Order(
        organization_id=required_organization(),
        placer_number=stated.placer_number,
        placer_authority=stated.placer_authority,
        source=message.source,
        status=stated.status or Order.Status.ORDERED,
        stated_at=stated.stated_at,
        received_at=timezone.now(),
        trace_id=message.trace_id,
        **stated.details,
    )
    order.save()
    row = _note(order, message, sha256, stated, Effect.APPLIED)
    audit.record(
        "ingestion.order.placed",
        order,
        actor=message.client,
        trace_id=message.trace_id,
        **_said(order, stated),
        **_by(message),
    )
    log.info("order.taken", code=stated.control)
    _match(order)
    return Taken(order, is_new=True, received_at=row.received_at)


def _renew(order: Order, message: Message, sha256: str, stated: Stated) -> OrderMessage:
    _check_patient(order, stated)
    before, is_newer = order.status, stated.stated_at >= order.stated_at
    order.status = status_after(before, stated, order.stated_at)
    for name in _taken_from(stated, order, is_newer):
        setattr(order, name, stated.details[name])
    if is_newer:
        order.stated_at = stated.stated_at
    order.save()
    row = _note(order, message, sha256, stated, Effect.APPLIED if is_newer else Effect.OLDER)
    audit.record(
        "ingestion.order.changed",
        order,
        actor=message.client,
        trace_id=message.trace_id,
        before=before,
        **_said(order, stated),
        **_by(message),
    )
    log.info("order.taken", code=stated.control)
    if order.status in Order.CALLED_OFF:
        release(order)
    else:
        _match(order)
    return row


def _match(order: Order) -> None:
    match_order(order)
    ask_of_copies(order)


def _taken_from(stated: Stated, order: Order, is_newer: bool) -> list[str]:
    """Details that a message changes: an older one only fills what is empty."""
    return [
        name
        for name in DETAILS
        if name in stated.details and (is_newer or not getattr(order, TOGETHER.get(name, name)))
    ]


def _check_patient(order: Order, stated: Stated) -> None:
    """An order stays its patient's: a number that moves would take a result with it."""
    number = stated.details.get("patient_number", "")
    held = (order.patient_number, order.patient_authority)
    if number and order.patient_number and held != (number, stated.details["patient_authority"]):
        raise OrderRefused(
            "order-of-another-patient",
            stated.named("patient_number"),
            "The order is held for another patient. Cancel it and place another one.",
        )


def _note(order: Order, message: Message, sha256: str, stated: Stated, effect: str) -> OrderMessage:
    return OrderMessage.objects.create(
        organization_id=order.organization_id,
        order=order,
        control=stated.control,
        effect=effect,
        source=message.source,
        client=message.client,
        sha256=sha256,
        name_hash=message.name_hash,
        stated_at=stated.stated_at,
        received_at=timezone.now(),
    )


def _by(message: Message) -> dict[str, str]:
    return {"door": message.door} if message.door else {}


def _said(order: Order, stated: Stated) -> dict[str, str]:
    return {"kind": stated.control, "status": str(order.status), "source": str(order.source)}
