"""Patients looked for, and the page of one; two ticked ECGs lead to their comparison."""

from __future__ import annotations

import uuid
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from apps.audit import actions as audit
from apps.ecg import finding, queries
from apps.ecg.models import Patient
from apps.reports.retractions import retracted_of
from apps.tenants.queries import permit
from apps.web import patient as shown
from apps.web.context import frame_of
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.identity import identity_of
from apps.web.worklist import name_in


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def find(request: OrganizationRequest) -> HttpResponse:
    """By MRN, name or date of birth, posted: no address names a patient."""
    permit(request.active, "view_recordings")
    text = " ".join(request.POST.get("text", "").split())[: finding.LONGEST]
    context: dict[str, object] = {"text": text, "longest": finding.LONGEST}
    if request.method != "POST":
        return render(request, "web/patients.html", context)
    try:
        wanted = finding.asked(text)
    except finding.NotAsked as problem:
        return render(request, "web/patients.html", context | {"problem": problem}, status=400)
    after = name_in(request.POST.get("after"))
    found = finding.find(request.active, wanted, after)
    count = len(found.patients)
    audit.record("ecg.patients.listed", actor=request.user, count=count, kind=wanted.kind)
    frame = frame_of(request)
    assert frame is not None
    zone = ZoneInfo(frame.place.organization.time_zone)
    context |= {
        "rows": shown.found_rows(found.patients, zone, timezone.now()),
        "next": found.after,
        "paged": after,
        "asked": True,
    }
    return render(request, "web/patients.html", context)


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
