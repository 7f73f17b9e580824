"""The order number that comes with a later copy of an ECG."""

from __future__ import annotations

from apps.audit import actions as audit
from apps.ecg.models import Recording
from apps.ecg.stages import changed
from apps.ingestion.models import Order, OrderCase
from apps.ingestion.orders.asking import ask
from apps.ingestion.orders.links import current_link
from apps.ingestion.orders.matching import (
    MOST,
    lock_orders_of,
    match_recording,
    named_by_copies,
    orders_named,
    was_asked,
)


def take_number(recording: Recording, number: str) -> None:
    """Where the recording has none it is this; its order is looked for, what follows is told.

    Where it has another, a person is asked which order it answers. Call in the transaction that
    links the copy.
    """
    number = number.strip()
    if not number or recording.is_canary or recording.accession_number.strip() == number:
        return
    # Before the row, as an order that comes in now does it: neither waits for the other for ever.
    lock_orders_of(recording, number)
    held = Recording.objects.select_for_update().get(pk=recording.pk)
    if held.accession_number:  # another copy may have brought one just now
        _ask_which(held, number)
        return
    held.accession_number = recording.accession_number = number
    held.save(update_fields=["accession_number"])
    audit.record("ecg.recording.numbered", held)
    match_recording(held)
    changed([held])


def ask_of_copies(order: Order) -> None:
    """Ask about ECGs that have another number, while a copy named this order before it came.

    Call after `match_order`, in its transaction.
    """
    if order.status in Order.CALLED_OFF:
        return
    for held in named_by_copies(order).order_by("id")[:MOST]:
        if not _is_own(held, order):
            _ask(held, order)


def _ask_which(held: Recording, number: str) -> None:
    named = list(orders_named(number).order_by("id")[:MOST])
    if held.accession_number.strip() == number or any(_is_own(held, order) for order in named):
        return
    audit.record("ecg.recording.numbered_otherwise", held)
    live = [order for order in named if order.status not in Order.CALLED_OFF]
    if live:
        _ask(held, live[0])


def _is_own(held: Recording, order: Order) -> bool:
    """An order goes by several numbers: a copy may name the ECG's own by another."""
    linked = current_link(held)
    is_linked = linked is not None and linked.order_id == order.pk
    return is_linked or held.accession_number.strip() in order.numbers


def _ask(held: Recording, order: Order) -> None:
    if held.duplicate_of_id is None and not was_asked(order, held):
        ask(held, OrderCase.Kind.OTHER_NUMBER, order)
