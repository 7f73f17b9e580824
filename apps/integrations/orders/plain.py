"""An order as plain JSON."""

from __future__ import annotations

import datetime as dt
from typing import Any

from apps.ecg.models import Priority
from apps.ingestion.orders.stated import Stated, Status
from apps.ingestion.stated import said_of_patient
from apps.integrations.api.problems import Problem
from apps.integrations.submissions.plain import PATIENT, Read, read_fields, text_of
from apps.tenants.models import Organization

NUMBERED: dict[str, Read] = PATIENT | dict.fromkeys(
    ("identifier", "assigning_authority"), text_of(64)
)
FIELDS: dict[str, Read] = {
    **dict.fromkeys(
        ("placer_number", "placer_authority", "filler_number", "filler_authority"), text_of(64)
    ),
    **dict.fromkeys(("accession_number", "code", "coding_system"), text_of(64)),
    "text": text_of(200),
    "requester": text_of(120),
    "callback": text_of(40),
    "priority": lambda value, name: _priority(value, name),
    "starts_at": lambda value, name: _moment(value, name),
    "stated_at": lambda value, name: _moment(value, name),
    "patient": lambda value, name: read_fields(value, NUMBERED, name),
}
FIELD_NAMES = {"control": "placer_number", "patient_number": "patient.identifier"}
REQUIRED = "Give it: an order is known by its number and its patient's."


def read_plain(body: Any, organization: Organization, now: dt.datetime) -> Stated:
    """Raises Problem naming the first field at fault."""
    given = read_fields(body, FIELDS, "")
    number = given.pop("placer_number", "")
    if not number:
        raise Problem("invalid-request", field="placer_number", detail=REQUIRED)
    patient = said_of_patient(given.pop("patient", {}), organization)
    if not patient["identifier"]:
        raise Problem("invalid-request", field="patient.identifier", detail=REQUIRED)
    stated_at = given.pop("stated_at", now)
    authority = given.pop("placer_authority", "") or organization.assigning_authority
    details = given | {
        "patient_number": patient["identifier"],
        "patient_authority": patient["assigning_authority"],
        "identity": patient,
    }
    if "starts_at" in details:
        said: dt.datetime = details["starts_at"]
        details |= {"starts_local": said.isoformat(), "starts_zone": str(said.tzinfo)}
        details["starts_doubt"] = ""
        details["starts_at"] = said.astimezone(dt.UTC)
    return Stated(
        control="NW",
        placer_number=number,
        placer_authority=authority,
        stated_at=min(stated_at, now),
        status=Status.ORDERED,
        details=details,
        fields=FIELD_NAMES,
    )


def _priority(value: Any, name: str) -> str:
    if value not in Priority.values:
        words = f"One of {', '.join(Priority.values)}."
        raise Problem("invalid-request", field=name, detail=words)
    return str(value)


def _moment(value: Any, name: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise ValueError
    except (TypeError, ValueError):
        words = "Give a time with its offset, as 2026-11-22T09:30:00Z."
        raise Problem("invalid-request", field=name, detail=words) from None
    return found
