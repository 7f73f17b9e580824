"""ORM^O01 and OMG^O19: what a message says of each of its orders."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from apps.ecg.models import Patient, Priority
from apps.ingestion.orders.stated import CONTROLS, Stated, Status
from apps.ingestion.stated import said_of_patient
from apps.tenants.models import Organization

from .inbound import (
    DELETED,
    FAILED,
    REJECTED,
    Inbound,
    MessageRefused,
    Moment,
    Segment,
    read_time,
)

TYPES = (("ORM", "O01"), ("OMG", "O19"))
MOST = 50
LONGEST = {"text": 200, "requester": 120, "callback": 40}
USUAL_LONGEST = 64
# ORC-5, HL7 table 0038: those that say where an order of ours can stand.
STATUSES = {
    "IP": Status.IN_PROGRESS,
    "CM": Status.COMPLETED,
    "CA": Status.CANCELLED,
    "DC": Status.DISCONTINUED,
    "SC": Status.ORDERED,
    "": "",
}
# HL7 table 0485 and what version 2.3 wrote in its place.
PRIORITIES = {
    "S": Priority.STAT,
    "STAT": Priority.STAT,
    "A": Priority.URGENT,
    "U": Priority.URGENT,
    "URGENT": Priority.URGENT,
    "R": Priority.ROUTINE,
    "ROUTINE": Priority.ROUTINE,
}
SEXES = {"F": "F", "M": "M", "O": "O", "A": "O", "U": "", "N": "", "": ""}
# Segment, field and component, in the order they are looked at.
Places = tuple[tuple[str, int, int], ...]
PRIORITY: Places = (("TQ1", 9, 1), ("ORC", 7, 6), ("OBR", 27, 6), ("OBR", 5, 1))
START: Places = (("TQ1", 7, 1), ("ORC", 7, 4), ("OBR", 27, 4), ("OBR", 36, 1), ("OBR", 7, 1))
CALLBACK: Places = (("ORC", 14, 1), ("OBR", 17, 1), ("ORC", 14, 12), ("OBR", 17, 12))
FIELDS = {"control": "ORC-1", "patient_number": "PID-3"}

Group = dict[str, Segment]


def read_orders(message: Inbound, organization: Organization) -> list[Stated]:
    """Raises MessageRefused, AR for a kind of message or control code that is not known."""
    kind = message.header.text(9), message.header.text(9, 2)
    if kind not in TYPES:
        raise MessageRefused(REJECTED, "MSH-9", "Send ORM^O01 or OMG^O19.")
    groups = [{one.name: one for one in reversed(group)} for group in message.groups("ORC")]
    if not 0 < len(groups) <= MOST:
        raise MessageRefused(FAILED, "ORC", f"Send 1 to {MOST} orders in a message.")
    stated_at = _stated_at(message.header.text(7), organization, timezone.now())
    patient = _patient(message, organization)
    return [_order(group, patient, organization, stated_at) for group in groups]


def _stated_at(text: str, organization: Organization, now: dt.datetime) -> dt.datetime:
    """When the message was made, by which messages of one order are put in order.

    Of an hour that came twice it is the second as soon as that has come: a message arrives soon
    after it is made. A clock that is ahead would make everything said later count as older.
    """
    said = read_time(text, organization.time_zone, "MSH-7")
    if said.again is not None and said.again <= now:
        return said.again
    return min(said.at, now)


def _order(
    group: Group, patient: dict[str, Any], organization: Organization, stated_at: dt.datetime
) -> Stated:
    control = group["ORC"].text(1)
    if control not in CONTROLS:
        words = f"Order control is one of {', '.join(CONTROLS)}."
        raise MessageRefused(REJECTED, "ORC-1", words)
    placer = _entity(group, 2)
    if not placer[0]:
        raise MessageRefused(FAILED, "ORC-2", "Give the placer's order number.")
    if control == "NW" and not patient.get("patient_number"):
        raise MessageRefused(FAILED, "PID-3", "Give the patient's record number.")
    return Stated(
        control=control,
        placer_number=placer[0],
        placer_authority=placer[1] or organization.assigning_authority,
        stated_at=stated_at,
        status=CONTROLS[control] or _status(group["ORC"]),
        details=patient | _details(group, organization.time_zone),
        fields=FIELDS,
    )


def _status(orc: Segment) -> str:
    stated = orc.text(5)
    if stated not in STATUSES:
        known = ", ".join(filter(None, STATUSES))
        raise MessageRefused(FAILED, "ORC-5", f"The order status is one of {known}.")
    return STATUSES[stated]


def _patient(message: Inbound, organization: Organization) -> dict[str, Any]:
    """As stated; of several numbers that of type MR, else the first."""
    pid = message.named("PID")
    if pid is None:
        return {}
    numbers = [one for one in pid.repetitions(3) if pid.part(one, 1)]
    chosen = next((one for one in numbers if pid.part(one, 5) == "MR"), (numbers or [""])[0])
    if pid.text(8) not in SEXES:
        raise MessageRefused(FAILED, "PID-8", "The sex is one of F, M, O, A, U, N.")
    said = said_of_patient(
        {
            "family_name": _short(pid.text(5, 1), 120, "PID-5"),
            "given_name": _short(pid.text(5, 2), 120, "PID-5"),
            "name_prefix": _short(pid.text(5, 5), 120, "PID-5"),
            "identifier": _short(pid.part(chosen, 1), USUAL_LONGEST, "PID-3"),
            "assigning_authority": _short(pid.part(chosen, 4), USUAL_LONGEST, "PID-3"),
            "born_on": _born(pid),
            "sex": Patient.Sex(SEXES[pid.text(8)]).value,
        },
        organization,
    )
    return {
        "patient_number": said["identifier"],
        "patient_authority": said["assigning_authority"],
        "identity": said,
    }


def _born(pid: Segment) -> str:
    text = pid.text(7)[:8]
    try:
        return dt.datetime.strptime(text, "%Y%m%d").date().isoformat() if text else ""  # noqa: DTZ007
    except ValueError:
        raise MessageRefused(FAILED, "PID-7", "Give the date of birth as YYYYMMDD.") from None


def _details(group: Group, zone: str) -> dict[str, Any]:
    """What the message says of it; a field that is empty changes nothing, two quotes empty it."""
    orc = group["ORC"]
    filler = _entity(group, 3)
    found = {
        "filler_number": filler[0],
        "filler_authority": filler[1] if filler[0] else "",
        "requester": _person(orc, 12) or _person(group.get("OBR"), 16),
        "callback": _first(group, CALLBACK)[0],
    }
    obr = group.get("OBR")
    if obr is not None:
        found |= {
            "accession_number": obr.text(18),
            "code": obr.text(4, 1),
            "text": obr.text(4, 2),
            "coding_system": obr.text(4, 3),
        }
    for name, text in found.items():
        _short(text, LONGEST.get(name, USUAL_LONGEST), _place_of(name))
    details: dict[str, Any] = {n: "" if t == DELETED else t for n, t in found.items() if t}
    return details | _priority(group) | _start(group, zone)


def _priority(group: Group) -> dict[str, str]:
    text, place = _first(group, PRIORITY)
    if not text:
        return {}
    # Some write the code and what follows it in one field: S^Stat, or S30 for every 30 minutes.
    if text.upper() not in PRIORITIES:
        raise MessageRefused(FAILED, place, "The priority is one of S, A and R.")
    return {"priority": PRIORITIES[text.upper()].value}


def _start(group: Group, zone: str) -> dict[str, Any]:
    text, place = _first(group, START)
    if not text:
        return {}
    when: Moment = read_time(text, zone, place)
    return {
        "starts_at": when.at,
        "starts_local": when.local,
        "starts_zone": when.zone,
        "starts_doubt": when.doubt,
    }


def _entity(group: Group, number: int) -> tuple[str, str]:
    """Number and namespace of ORC-2 or -3, else of the same field of OBR."""
    for name in ("ORC", "OBR"):
        held = group.get(name)
        if held is not None and held.text(number):
            place = f"{name}-{number}"
            parts = held.text(number), held.text(number, 2)
            return _short(parts[0], USUAL_LONGEST, place), _short(parts[1], USUAL_LONGEST, place)
    return "", ""


def _person(segment: Segment | None, number: int) -> str:
    """Given and family name, else the number."""
    if segment is None:
        return ""
    names = f"{segment.text(number, 3)} {segment.text(number, 2)}".strip()
    return names or segment.text(number, 1)


def _first(group: Group, places: Places) -> tuple[str, str]:
    for name, number, component in places:
        held = group.get(name)
        if held is not None and (text := held.text(number, component)):
            return text, f"{name}-{number}"
    return "", ""


PLACES = {
    "filler_number": "ORC-3",
    "filler_authority": "ORC-3",
    "requester": "ORC-12",
    "callback": "ORC-14",
    "accession_number": "OBR-18",
}


def _place_of(name: str) -> str:
    return PLACES.get(name, "OBR-4")


def _short(text: str, most: int, place: str) -> str:
    if len(text) > most:
        raise MessageRefused(FAILED, place, f"At most {most} characters are kept of it.")
    return text
