"""Files whose sender names another patient or order than they do: one queue, for a person."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.http import Http404

from apps.core.leases import Leased
from apps.ecg.models import Patient, PatientIdentifier
from apps.ingestion.models import Ingress
from apps.ingestion.stated import MISMATCHES, said_of_patient
from apps.tenants.access import Active
from apps.tenants.queries import permit

PAGE = 50
# How many of the newest are looked through for those of one patient.
LOOKED_THROUGH = 500


def mismatches(active: Active) -> list[Ingress]:
    """The newest first, one page; found among the stopped by an index of theirs."""
    permit(active, "resolve_identity")
    return list(_rows().select_related("site", "organization")[:PAGE])


def get_mismatch_to_decide(active: Active, public_id: uuid.UUID) -> Ingress:
    """Raises PermissionDenied, Http404 for any other file."""
    permit(active, "resolve_identity")
    found = _rows().filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def mismatches_of(active: Active, patient: Patient) -> list[Ingress]:
    """Those whose sender names this patient by a number."""
    permit(active, "resolve_identity")
    numbers = {(row.value, row.assigning_authority) for row in patient.identifiers.all()}
    rows = _rows().select_related("organization")[:LOOKED_THROUGH]
    return [row for row in rows if _number_of(row) in numbers]


def held_by_number(arrivals: list[Ingress]) -> dict[int, Patient]:
    """By arrival: the patient held under the number its sender names. One query."""
    wanted = {row.pk: _number_of(row) for row in arrivals}
    values = {value for value, _ in wanted.values() if value}
    rows = PatientIdentifier.objects.filter(value__in=values).select_related("patient")
    known = {(row.value, row.assigning_authority): row.patient for row in rows}
    return {key: known[number] for key, number in wanted.items() if number in known}


def _number_of(arrival: Ingress) -> tuple[str, str]:
    said = said_of_patient(arrival.stated, arrival.organization)
    return said["identifier"], said["assigning_authority"]


def _rows() -> QuerySet[Ingress]:
    rows = Ingress.objects.filter(is_canary=False, error_code__in=MISMATCHES)
    return rows.filter(state=Leased.State.QUARANTINED).order_by("-id")
