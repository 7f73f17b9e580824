"""Measurements that readers keep on a trace, and numbers they state."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.audit import actions as audit
from apps.ecg import queries
from apps.ecg.measurable import NotMeasurable
from apps.ecg.models import Recording
from apps.ecg.reader_measurements import Tool, keep_measurement, strike_measurement
from apps.web import viewing
from apps.web.guard import OrganizationRequest, in_organization, wants_json
from apps.web.room import opened
from apps.web.study import study

LONGEST_PLACES = 2000
PARTS = ("web/study/_numbers.html", "web/study/_kept.html")


@require_safe
@in_organization
def beats(request: OrganizationRequest, recording_id: uuid.UUID) -> HttpResponse:
    """R peaks and borders of a recording that is laid under another one."""
    found = queries.get_recording_to_view(request.active, recording_id)
    analysis = queries.analysis_of(request.active, found)
    audit.record("ecg.recording.compared", found, actor=request.user)
    return JsonResponse(viewing.beats(found, analysis), headers={"Cache-Control": "no-store"})


@require_POST
@in_organization
def keep(request: OrganizationRequest, recording_id: uuid.UUID) -> HttpResponse:
    """Keep one: the parts of the page that change, or why it was refused; a page for a plain form.

    Only numbers are stated by a form: what is placed on the trace comes from a script.
    """
    found = queries.get_recording_to_measure(request.active, recording_id)
    tool = request.POST.get("tool", "")
    is_plain = tool == Tool.STATED and not wants_json(request)
    try:
        keep_measurement(
            found,
            reader=request.user,
            tool=tool,
            lead=request.POST.get("lead", ""),
            places=_stated(request)
            if tool == Tool.STATED
            else _places(request.POST.get("places", "")),
            reason=request.POST.get("reason", "").strip(),
            now=timezone.now(),
        )
    except NotMeasurable as refused:
        if is_plain:
            return _page(request, found, refused)
        answer = {"message": f"Not kept. {refused}", "field": refused.field}
        return JsonResponse(answer, status=400)
    return (
        redirect("recording", found.public_id) if is_plain else _parts(request, found, status=201)
    )


def _stated(request: OrganizationRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in ("name", "value", "unit")}


def _page(request: OrganizationRequest, found: Recording, refused: NotMeasurable) -> HttpResponse:
    """The study as it was, with what was given and why it is not kept."""
    context = study(request.active, found, request.user)
    context |= opened(request, context) | {"steps": context["report"] is not None}
    context |= {"refused": refused, "given": request.POST}
    audit.record("ecg.recording.viewed", found, actor=request.user)
    return render(request, "web/study.html", context, status=400)


@require_POST
@in_organization
def strike(request: OrganizationRequest, measurement_id: uuid.UUID) -> HttpResponse:
    row = queries.get_measurement_to_strike(request.active, measurement_id)
    strike_measurement(row, by=request.user, now=timezone.now())
    if not wants_json(request):
        return redirect("recording", row.recording.public_id)
    found = queries.get_recording_to_view(request.active, row.recording.public_id)
    return _parts(request, found)


def _places(text: str) -> Any:
    try:
        return json.loads(text) if len(text) <= LONGEST_PLACES else None
    except ValueError:
        return None


def _parts(request: OrganizationRequest, found: Recording, status: int = 200) -> HttpResponse:
    context = study(request.active, found, request.user)
    html = "".join(render_to_string(part, context, request) for part in PARTS)
    return JsonResponse({"html": html}, status=status)
