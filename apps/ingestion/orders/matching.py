"""Which order an ECG answers: by number and patient, else by patient and time, never by name.

The same rules hold when an ECG is linked and when an order comes late. Whatever they cannot tell
is asked of a person; an ECG that answers no order stays unsolicited.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.core.compiled import Compiled
from apps.core.locks import lock_until_commit
from apps.ecg.models import Patient, PatientIdentifier, Recording
from apps.ingestion.models import (
    Ingress,
    Order,
    OrderCase,
    OrderLink,
    ProcessingRules,
    RecordingArrival,
)
from apps.ingestion.orders.asking import ask
from apps.ingestion.orders.links import current_link, link, unlink
from apps.ingestion.rules import current_rules

How, Kind, Decision = OrderLink.How, OrderCase.Kind, OrderCase.Decision
Number = tuple[str, str]

# How far back ECGs are looked through for one that names the number of a late order.
LATEST = dt.timedelta(days=30)
MOST = 50
# Copies that are of the same patient and time as what is held; the same bytes repeat another copy.
AGREEING = (Ingress.Outcome.NEW, Ingress.Outcome.SAME_SIGNAL)


def match_recording(recording: Recording) -> None:
    """Link an ECG to its order, or ask. Call in its transaction; again, it changes nothing."""
    number = recording.accession_number.strip()
    _match(recording, number, lock_orders_of(recording, number))


def lock_orders_of(recording: Recording, number: str) -> list[Number]:
    """The numbers of its patient; orders under one of them or that number come before or after."""
    patients = numbers_of_patient(recording)
    _lock(recording.organization_id, [number, *(value for value, _ in patients)])
    return patients


def lock_orders_of_both(recording: Recording, patient: Patient, number: str) -> None:
    """All that `rematch` locks once the ECG is that patient's and names that order.

    Call after the patient is looked up and before rows of ECGs are written, as a file and an order
    that come in do: none waits for another for ever.
    """
    both = (recording.patient_id, patient.pk)
    known = PatientIdentifier.objects.filter(patient__in=both).values_list("value", flat=True)
    _lock(recording.organization_id, [number, recording.accession_number.strip(), *known])


def rematch(recording: Recording) -> None:
    """The same once it is another patient's or of another time: an order does not go with it."""
    held = current_link(recording)
    if held is not None and number_of(held.order) not in numbers_of_patient(recording):
        unlink(held, reason="The ECG is of another patient.")
    match_recording(recording)


def _match(recording: Recording, number: str, patients: list[Number]) -> None:
    if recording.is_canary or not _orders(number, patients) or _is_settled(recording):
        return
    decided = OrderCase.objects.filter(recording=recording, decision=Decision.UNSOLICITED)
    if number and _by_number(recording, number, patients):
        return
    if patients and not decided.exists():
        _by_patient(recording, patients)


def match_order(order: Order) -> None:
    """Link ECGs that came before their order. Call in the transaction that changed it."""
    _lock(order.organization_id, [*order.numbers, order.patient_number])
    for recording in _waiting_for(order):
        _match(recording, recording.accession_number.strip(), numbers_of_patient(recording))


def _is_settled(recording: Recording) -> bool:
    """It has its order, repeats another ECG, or waits for a person."""
    linked = OrderLink.objects.filter(recording=recording, ended_at=None)
    asked = OrderCase.objects.filter(recording=recording, closed_at=None)
    return recording.duplicate_of_id is not None or linked.exists() or asked.exists()


def _by_number(recording: Recording, number: str, patients: list[Number]) -> bool:
    """False where no order has that number."""
    found = list(orders_named(number).order_by("id")[:MOST])
    same = [order for order in found if number_of(order) in patients]
    live = [row for row in same if row.status not in Order.CALLED_OFF]
    live = [row for row in live if not _was_refused(row, recording)]
    if len(live) == 1:
        link(live[0], recording, How.NUMBER)
    elif live:
        ask(recording, Kind.SEVERAL)
    elif found and not same and not was_asked(found[0], recording):
        ask(recording, Kind.OTHER_PATIENT, found[0])
    return bool(found)


def _by_patient(recording: Recording, patients: list[Number]) -> None:
    rules, at = current_rules(), recording.acquired_at
    if at is None:
        return
    fitting = [
        order
        for order in orders_of(patients).filter(status__in=Order.OPEN, **around(at, rules))
        if not _was_refused(order, recording)
    ]
    nearest = sorted(fitting, key=lambda order: _away(order, at))
    one_is_nearest = len(nearest) > 1 and _away(nearest[0], at) < _away(nearest[1], at)
    if len(nearest) == 1 or (rules.takes_nearest_order and one_is_nearest):
        link(nearest[0], recording, How.PATIENT)
    elif nearest:
        ask(recording, Kind.SEVERAL)


def _away(order: Order, at: dt.datetime) -> dt.timedelta:
    assert order.starts_at is not None
    return abs(order.starts_at - at)


def around(at: dt.datetime, rules: ProcessingRules) -> dict[str, tuple[dt.datetime, dt.datetime]]:
    """The starts that an ECG made then may answer."""
    earliest = at - dt.timedelta(minutes=rules.order_minutes_after)
    return {"starts_at__range": (earliest, at + dt.timedelta(minutes=rules.order_minutes_before))}


def _orders(number: str, patients: list[Number]) -> bool:
    """Whether there are any that could be meant: most ECGs need no more than this one question."""
    if not number and not patients:
        return False
    values = {"number": number} if number else {}
    for place, (value, authority) in enumerate(patients):
        values |= {f"value_{place}": value, f"authority_{place}": authority}
    return bool(_meant(bool(number), len(patients), **values))


@Compiled
def _meant(named: bool, patients: int, **values: str) -> QuerySet[Any, Any]:
    """The key of one that bears the number, or is of the patient by one of so many numbers."""
    numbers = [(values[f"value_{i}"], values[f"authority_{i}"]) for i in range(patients)]
    rows = orders_of(numbers)
    if named:
        rows = rows | orders_named(values["number"])
    return rows.values_list("pk", flat=True)[:1]


def orders_named(number: str) -> QuerySet[Order]:
    return Order.objects.filter(
        Q(placer_number=number) | Q(filler_number=number) | Q(accession_number=number)
    )


def orders_of(patients: Iterable[Number]) -> QuerySet[Order]:
    wanted = Q(pk=None)
    for value, authority in patients:
        wanted |= Q(patient_number=value, patient_authority=authority)
    return Order.objects.filter(wanted)


def number_of(order: Order) -> Number:
    return order.patient_number, order.patient_authority


def numbers_of_patient(recording: Recording) -> list[Number]:
    rows = PatientIdentifier.objects.filter(patient=recording.patient_id)
    return list(rows.values_list("value", "assigning_authority"))


def _was_refused(order: Order, recording: Recording) -> bool:
    """A person said once that the ECG does not answer it."""
    rows = OrderLink.objects.filter(order=order, recording=recording)
    return rows.exclude(ended_by=None).exists()


def was_asked(order: Order, recording: Recording) -> bool:
    return OrderCase.objects.filter(order=order, recording=recording).exists()


def named_by(order: Order) -> QuerySet[Recording]:
    """ECGs of the last weeks without an order that carry one of its numbers."""
    since = timezone.now() - LATEST
    return _without_order().filter(accession_number__in=order.numbers, received_at__gte=since)


def named_by_copies(order: Order) -> QuerySet[Recording]:
    """ECGs that copies of the last weeks, agreeing with them, gave one of its numbers."""
    copies = RecordingArrival.objects.filter(
        accession_number__in=order.numbers,
        arrived_at__gte=timezone.now() - LATEST,
        outcome__in=AGREEING,
    )
    return Recording.objects.filter(pk__in=copies.values("recording"), is_canary=False)


def _without_order() -> QuerySet[Recording]:
    linked = OrderLink.objects.filter(recording=OuterRef("pk"), ended_at=None)
    return Recording.objects.filter(~Exists(linked))


def _waiting_for(order: Order) -> list[Recording]:
    """ECGs without an order that name its number, or are its patient's and made at its time."""
    found = list(named_by(order)[:MOST])
    if order.starts_at is None or not order.patient_number:
        return found
    rules = current_rules()
    holders = PatientIdentifier.objects.filter(
        value=order.patient_number, assigning_authority=order.patient_authority
    )
    made = (
        order.starts_at - dt.timedelta(minutes=rules.order_minutes_before),
        order.starts_at + dt.timedelta(minutes=rules.order_minutes_after),
    )
    near = _without_order().filter(patient__in=holders.values("patient"), acquired_at__range=made)
    known = {row.pk for row in found}
    return found + [row for row in near.order_by("id")[:MOST] if row.pk not in known]


def _lock(organization_id: int, names: Iterable[str]) -> None:
    """An order and its ECG that come at once see each other: the later waits for the earlier."""
    wanted = sorted({name for name in names if name})
    if wanted:
        lock_until_commit(*(f"orders:{organization_id}:{name}" for name in wanted))
