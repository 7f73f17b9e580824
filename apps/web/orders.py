"""A question of an order as its page shows it: the ECG beside what each order says."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from apps.ecg.models import Patient
from apps.ingestion.models import Order, OrderCase, OrderLink
from apps.web.cases import Cell, Line
from apps.web.identity import identity_on
from apps.web.times import NOT_KNOWN, acquired, day, moment, zone_of

Kind = OrderCase.Kind

QUESTIONS = {
    Kind.OTHER_PATIENT: "The ECG carries the number of an order for another patient. Nothing was"
    " linked. Is the ECG of the wrong patient, or the number wrong?",
    Kind.SEVERAL: "More than one order of this patient fits the ECG. Which one does it answer?",
    Kind.ASKED: "Somebody asks for another order than the ECG has. Which one does it answer?",
    Kind.OTHER_NUMBER: "A later copy of the same ECG carries the number of another order than the"
    " first. Nothing was changed. Which order does the ECG answer?",
}
# Where the two sides can be compared: those that decide, then what a person looks at besides.
COMPARED = ("MRN", "Assigned by", "Name", "Born", "Sex", "Order number")


def columns_of(case: OrderCase, orders: list[Order]) -> list[tuple[str, str, dict[str, str]]]:
    """Head, a note below it and the values: the ECG first, then each order."""
    zone = zone_of(case.recording)
    ecg = ("The ECG", f"received {moment(case.recording.received_at, zone)}", _of_ecg(case))
    return [ecg, *((_head(order), _note(order), values_of(order, zone)) for order in orders)]


def lines_of(columns: list[tuple[str, str, dict[str, str]]]) -> list[Line]:
    """One line a field; whatever differs from the ECG is marked."""
    ecg = columns[0][2]
    return [
        Line(
            name,
            [
                Cell(head, values[name], name in COMPARED and _unlike(held, values[name]))
                for head, _, values in columns
            ],
        )
        for name, held in ecg.items()
    ]


def _unlike(held: str, other: str) -> bool:
    return NOT_KNOWN not in (held, other) and held.casefold() != other.casefold()


def _head(order: Order) -> str:
    return f"Order {order.placer_number}"


def _note(order: Order) -> str:
    return f"{order.get_status_display()}, {order.get_source_display()}"


def _of_ecg(case: OrderCase) -> dict[str, str]:
    recording, who = case.recording, identity_on(case.recording)
    return {
        "MRN": who.mrn,
        "Assigned by": who.authority or NOT_KNOWN,
        "Name": who.name,
        "Born": who.born,
        "Sex": who.sex,
        "Order number": recording.accession_number or NOT_KNOWN,
        "Time": acquired(recording) or NOT_KNOWN,
        "Priority": str(recording.get_priority_display()),
        "What": "ECG",
        "Requested by": NOT_KNOWN,
    }


def values_of(order: Order, zone: ZoneInfo) -> dict[str, str]:
    said = order.identity
    family, given = said.get("family_name", ""), said.get("given_name", "")
    name = ", ".join(part for part in (family.upper(), given) if part)
    born = said.get("born_on", "")
    numbers = (order.accession_number, order.placer_number, order.filler_number)
    return {
        "MRN": order.patient_number or NOT_KNOWN,
        "Assigned by": order.patient_authority or NOT_KNOWN,
        "Name": name or NOT_KNOWN,
        "Born": day(dt.date.fromisoformat(born)) if born else NOT_KNOWN,
        "Sex": str(Patient.Sex(said.get("sex", "")).label),
        "Order number": next(number for number in numbers if number),
        "Time": _start(order, zone),
        "Priority": str(order.get_priority_display()),
        "What": order.text or order.code or NOT_KNOWN,
        "Requested by": requested_by(order) or NOT_KNOWN,
    }


def _start(order: Order, zone: ZoneInfo) -> str:
    """A start that may be an hour off says so."""
    doubt = f" ({order.get_starts_doubt_display()})" if order.starts_doubt else ""
    return moment(order.starts_at, zone) + doubt


def requested_by(order: Order) -> str:
    """Who, and where to call back."""
    back = f"call back {order.callback}" if order.callback else ""
    return ", ".join(part for part in (order.requester, back) if part)


def shown_on(link: OrderLink | None, asked: OrderCase | None) -> dict[str, Any]:
    """What the study page says of the order; an ECG of none is unsolicited."""
    if link is None:
        return {"order": None, "order_case": asked}
    by = str(link.made_by) if link.made_by else "the platform"
    how = f"{link.get_how_display()}".lower()
    return {
        "order": link.order,
        "order_case": asked,
        "order_requested_by": requested_by(link.order),
        "order_how": f"Linked {how}" if link.made_by is None else f"Linked by {by}",
    }
