"""The order number that comes with a later copy of an ECG."""

from __future__ import annotations

from apps.audit import actions as audit
from apps.ecg.models import Recording
from apps.ecg.stages import changed
from apps.ingestion.orders.matching import lock_orders_of, match_recording


def take_number(recording: Recording, number: str) -> None:
    """Where the recording has none it is this; its order is looked for, what follows is told.

    Call in the transaction that links the copy.
    """
    if not number or recording.accession_number or recording.is_canary:
        return
    # Before the row, as an order that comes in now does it: neither waits for the other for ever.
    lock_orders_of(recording, number.strip())
    held = Recording.objects.select_for_update().get(pk=recording.pk)
    if held.accession_number:  # another copy brought one just now
        return
    held.accession_number = recording.accession_number = number
    held.save(update_fields=["accession_number"])
    audit.record("ecg.recording.numbered", held)
    match_recording(held)
    changed([held])
