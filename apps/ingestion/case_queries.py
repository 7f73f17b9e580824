"""Reading questions of identity."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from apps.ecg.models import Patient, PatientIdentifier, Recording
from apps.ingestion.models import IdentityCase, RecordingArrival
from apps.tenants.access import Active
from apps.tenants.queries import permit

PAGE = 50
MOST_COPIES = 20
NUMBER = ("identifier", "assigning_authority")

State = IdentityCase.State


@dataclass(frozen=True, slots=True)
class Page:
    cases: list[IdentityCase]
    more: bool


def open_cases(active: Active, kind: str = "") -> Page:
    """Those that wait for a person, the oldest first."""
    permit(active, "resolve_identity")
    rows = _rows().exclude(state=State.CLOSED)
    if kind:
        rows = rows.filter(kind=kind)
    found = list(rows.order_by("opened_at", "id")[: PAGE + 1])
    return Page(found[:PAGE], len(found) > PAGE)


def decided_cases(active: Active) -> list[IdentityCase]:
    """The newest decisions."""
    permit(active, "resolve_identity")
    return list(_rows().filter(state=State.CLOSED).order_by("-closed_at", "-id")[:20])


def counts_by_kind(active: Active) -> dict[str, int]:
    permit(active, "resolve_identity")
    rows = IdentityCase.objects.exclude(state=State.CLOSED).values("kind")
    return {row["kind"]: row["count"] for row in rows.annotate(count=Count("id")).order_by()}


def get_case_to_resolve(active: Active, public_id: uuid.UUID) -> IdentityCase:
    """With both recordings, their patients and who decided. Raises PermissionDenied, Http404."""
    permit(active, "resolve_identity")
    found = _rows().filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def copies_of(active: Active, recording: Recording) -> list[RecordingArrival]:
    """The copies of a recording with the demographics each one carried, oldest first."""
    permit(active, "resolve_identity")
    rows = RecordingArrival.objects.select_related("ingress").filter(recording=recording)
    return list(rows.order_by("id")[:MOST_COPIES])


def named_by(active: Active, copies: Iterable[RecordingArrival]) -> dict[int, Patient]:
    """The patient held under the number that a copy states, by the copy's key."""
    permit(active, "resolve_identity")
    numbers = {copy.pk: tuple(copy.identity[part] for part in NUMBER) for copy in copies}
    wanted = Q(pk=None)
    for value, authority in set(numbers.values()):
        wanted |= Q(value=value, assigning_authority=authority) if value else Q(pk=None)
    rows = PatientIdentifier.objects.select_related("patient").filter(wanted)
    held = {(row.value, row.assigning_authority): row.patient for row in rows}
    return {copy: held[number] for copy, number in numbers.items() if number in held}


def cases_of(active: Active, recording: Recording) -> QuerySet[IdentityCase]:
    """Open questions about a recording, for whoever reads it; no demographics.

    It may be either of the two that a question is about.
    """
    permit(active, "view_recordings")
    about = Q(recording=recording) | Q(other=recording)
    return IdentityCase.objects.exclude(state=State.CLOSED).filter(about).order_by("id")


def open_cases_of(active: Active, recordings: Iterable[Recording]) -> list[IdentityCase]:
    """The same of several recordings, on either side of the question."""
    permit(active, "view_recordings")
    names = [row.pk for row in recordings]
    of_them = Q(recording__in=names) | Q(other__in=names)
    return list(IdentityCase.objects.exclude(state=State.CLOSED).filter(of_them).order_by("id"))


def _rows() -> QuerySet[IdentityCase]:
    related = ("recording", "other")
    each = ("patient", "site", "device", "organization")
    names = [f"{row}__{name}" for row in related for name in each]
    rows = IdentityCase.objects.select_related("decided_by", "approved_by", "chosen", *names)
    return rows.prefetch_related(*(f"{row}__patient__identifiers" for row in related))
