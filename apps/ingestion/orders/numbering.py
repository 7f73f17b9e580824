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


def _ask_which(held: Recording, number: str) -> None:
    """An order goes by several numbers: a copy that names the same one by another asks nothing."""
    own, linked = held.accession_number.strip(), current_link(held)
    named = list(orders_named(number).order_by("id")[:MOST])
    same = [row for row in named if own in row.numbers or (linked and row.pk == linked.order_id)]
    if own == number or same:
        return
    audit.record("ecg.recording.numbered_otherwise", held)
    live = [row for row in named if row.status not in Order.CALLED_OFF]
    if live and not was_asked(live[0], held):
        ask(held, OrderCase.Kind.OTHER_NUMBER, live[0])
