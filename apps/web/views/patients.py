from __future__ import annotations

import uuid
from itertools import groupby
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.audit import actions as audit
from apps.ecg import queries
from apps.ecg.models import Recording
from apps.reports.queries import statuses_of
from apps.reports.retractions import retracted_of
from apps.web.context import frame_of
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.identity import identity_of
from apps.web.times import acquired


@require_safe
@in_organization
def patient(request: OrganizationRequest, patient_id: uuid.UUID) -> HttpResponse:
    found = queries.get_patient_to_view(request.active, patient_id)
    recordings = queries.recordings_of(request.active, found)
    reports = statuses_of(request.active, recordings)
    frame = frame_of(request)
    assert frame is not None
    zone = ZoneInfo(frame.place.organization.time_zone)
    pairs = [(row.value, row.assigning_authority) for row in found.identifiers.all()]
    entries = [(row, acquired(row), reports.get(row.pk)) for row in recordings]
    audit.record("ecg.recording.viewed", found, actor=request.user, count=len(recordings))
    context = {
        "patient": found,
        "identity": identity_of(found, pairs, timezone.now().astimezone(zone).date()),
        "years": [(year, list(group)) for year, group in groupby(entries, lambda e: _year(e[0]))],
        "count": len(recordings),
        "zone": zone,
        "retracted": retracted_of(request.active, found),
        "most": queries.MOST_RECORDINGS,
    }
    return render(request, "web/patient.html", context)


def _year(recording: Recording) -> str:
    return str(recording.acquired_at.year) if recording.acquired_at else "Time not known"
