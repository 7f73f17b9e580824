"""Files whose sender names another patient or order, and taking the file's word."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.audit import actions as audit
from apps.ecg.models import Patient
from apps.ingestion import mismatches as queries
from apps.ingestion.models import Ingress
from apps.ingestion.quarantine import NotReleasable, take_the_files_word
from apps.ingestion.stated import ACCESSION, MISMATCHES, said_of_patient
from apps.web.context import frame_of
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.times import NOT_KNOWN, day


@require_safe
@in_organization
def mismatch_list(request: OrganizationRequest) -> HttpResponse:
    return _page(request)


@require_POST
@in_organization
def decide(request: OrganizationRequest, arrival_id: uuid.UUID) -> HttpResponse:
    """The file is right: it is linked by what it says itself, with the person's reason."""
    found = queries.get_mismatch_to_decide(request.active, arrival_id)
    reason = request.POST.get("reason", "")
    try:
        take_the_files_word(found, reason=reason, by=request.user, now=timezone.now())
    except NotReleasable as problem:
        return _page(request, problem=str(problem), status=409)
    return redirect("mismatches")


def _page(request: OrganizationRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    rows = queries.mismatches(request.active)
    held = queries.held_by_number(rows)
    frame = frame_of(request)
    assert frame is not None
    audit.record("ingestion.identity.viewed", actor=request.user, count=len(rows))
    context = {
        "rows": [_row(row, held.get(row.pk)) for row in rows],
        "problem": problem,
        "zone": ZoneInfo(frame.place.organization.time_zone),
    }
    return render(request, "web/mismatches.html", context, status=status)


def _row(arrival: Ingress, held: Patient | None) -> dict[str, Any]:
    said = said_of_patient(arrival.stated, arrival.organization)
    name = ", ".join(part for part in (said["family_name"].upper(), said["given_name"]) if part)
    return {
        "arrival": arrival,
        "what": MISMATCHES[arrival.error_code],
        "name": name or NOT_KNOWN,
        "born": day(_date(said["born_on"])),
        "mrn": said["identifier"] or NOT_KNOWN,
        "order": arrival.stated.get(ACCESSION, "") or NOT_KNOWN,
        "held": held,
    }


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None
