"""Events in words, with the patient's name where the reader may see it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.apps import apps

from apps.audit.history import details_of, what, who
from apps.audit.models import AuditEvent
from apps.ecg.models import Patient
from apps.tenants.access import Active
from apps.tenants.models import User
from apps.web.trail import Wanted
from apps.web.trail_subjects import Subject, patients_of

# Codes of texts prove, and say nothing to a reader.
UNSAID = ("reason", "text_mac", "reason_mac")
SHORTENED = ("sha256", "pdf_sha256", "version_id", "recording", "destination")


@dataclass(frozen=True, slots=True)
class Row:
    seq: int
    at: dt.datetime
    what: str
    who: str
    who_id: str
    patient: Patient | None
    record: str
    why: str
    details: str
    trace: str
    software: str


def rows_of(active: Active, events: list[AuditEvent]) -> list[Row]:
    """Who may not see recordings gets the platform's own record numbers and no name."""
    patients = patients_of(events) if active.may("view_recordings") else {}
    said = [json.loads(event.details) for event in events]
    people = _people({str(one["person"]) for one in said if one.get("person")})
    rows = zip(events, said, strict=True)
    return [_row(event, patients, people.get(one.get("person"), "")) for event, one in rows]


def _people(names: set[str]) -> dict[str, str]:
    """Whom events speak of, by public id."""
    rows = User.objects.filter(public_id__in=names) if names else User.objects.none()
    return {str(person.public_id): str(person) for person in rows}


def _row(event: AuditEvent, patients: Mapping[Subject, Patient], person: str) -> Row:
    said = json.loads(event.details)
    return Row(
        seq=event.seq,
        at=event.occurred_at,
        what=what(event),
        who=who(event),
        who_id=str(event.actor.public_id) if event.actor else "",
        patient=patients.get((event.object_type, event.object_id)),
        record=_record(event),
        why=str(said.get("reason", "")),
        details=_details(event, person),
        trace=str(event.trace_id or ""),
        software=event.software,
    )


def _details(event: AuditEvent, person: str) -> str:
    """A person who is known by name instead of the id."""
    if not person:
        return details_of(event, UNSAID, SHORTENED)
    rest = details_of(event, (*UNSAID, "person"), SHORTENED)
    return f"person: {person} · {rest}".removesuffix(" · ")


def _record(event: AuditEvent) -> str:
    """Recording 1a2b3c4d."""
    if not event.object_type:
        return ""
    try:
        kind = str(apps.get_model(event.object_type)._meta.verbose_name).capitalize()
    except LookupError:
        kind = event.object_type
    return f"{kind} {event.object_id[:8]}"


def address(wanted: Wanted, **changes: Any) -> str:
    """The page's query with some of it otherwise: names of our own and random ids only."""
    named = {
        "actor": wanted.actor,
        "patient": wanted.patient,
        "report": wanted.report,
        "account": wanted.account,
    }
    query: dict[str, Any] = {key: row.public_id for key, row in named.items() if row}
    query |= {"code": wanted.code, "since": wanted.since, "until": wanted.until}
    query |= changes
    kept = {key: str(value) for key, value in query.items() if value}
    return f"?{urlencode(kept)}" if kept else ""
