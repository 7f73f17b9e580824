"""The page of one patient; two ticked ECGs lead to their comparison."""

from __future__ import annotations

import uuid
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.audit import actions as audit
from apps.ecg import queries
from apps.ecg.models import Patient
from apps.reports.retractions import retracted_of
from apps.web import patient as shown
from apps.web.context import frame_of
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.identity import identity_of


@require_safe
@in_organization
def patient(request: OrganizationRequest, patient_id: uuid.UUID) -> HttpResponse:
    found = queries.get_patient_to_view(request.active, patient_id)
    if "compare" not in request.GET:
        return _page(request, found)
    recordings = queries.recordings_of(request.active, found)
    try:
        newer, older = shown.two_of(recordings, request.GET.getlist("e"))
    except shown.NotTwo as problem:
        return _page(request, found, problem=str(problem), status=400)
    return redirect(f"{reverse('compare', args=[newer.public_id])}?with={older.public_id}")


def _page(
    request: OrganizationRequest, found: Patient, *, problem: str = "", status: int = 200
) -> HttpResponse:
    frame = frame_of(request)
    assert frame is not None
    zone = ZoneInfo(frame.place.organization.time_zone)
    pairs = [(row.value, row.assigning_authority) for row in found.identifiers.all()]
    context = {
        "patient": found,
        "identity": identity_of(found, pairs, timezone.now().astimezone(zone).date()),
        "problem": problem,
        "ticked": request.GET.getlist("e"),
        "zone": zone,
        **shown.page_of(request.active, found, zone),
        "retracted": retracted_of(request.active, found),
    }
    audit.record("ecg.recording.viewed", found, actor=request.user, count=context["count"])
    return render(request, "web/patient.html", context, status=status)
