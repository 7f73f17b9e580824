from __future__ import annotations

import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.audit import actions as audit
from apps.ingestion import queries
from apps.ingestion.came_by import came_by
from apps.ingestion.file_queries import members_of
from apps.ingestion.models import Ingress
from apps.ingestion.timeline import timelines_of
from apps.reports.returns import to_repeat
from apps.web.arrivals import Row, checks_of, doors_of, rows_of
from apps.web.context import frame_of
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.identity import identity_on
from apps.web.worklist import name_in


@require_safe
@in_organization
def arrivals(request: OrganizationRequest) -> HttpResponse:
    """What came in, newest first, with its stages."""
    context = _list(request, name_in(request.GET.get("after")))
    audit.record("ecg.arrivals.viewed", actor=request.user, count=len(context["rows"]))
    return render(request, "web/arrivals.html", context)


@require_safe
@in_organization
def arrival(request: OrganizationRequest, arrival_id: uuid.UUID) -> HttpResponse:
    """One arrival beside the list."""
    found = queries.get_arrival_to_view(request.active, arrival_id)
    context = arrival_context(request, found)
    audit.record("ecg.arrivals.viewed", found, actor=request.user)
    return render(request, "web/arrivals.html", context)


def arrival_context(request: OrganizationRequest, found: Ingress) -> dict[str, Any]:
    """The list with one arrival open: its stages, checks, copies, members and history."""
    copies = queries.arrivals_of(request.active, found.recording) if found.recording else []
    return _list(request, None) | {
        "open": rows_of(request.active, [found])[0],
        "copies": [copy for copy in copies if copy.ingress_id != found.pk],
        "beside": queries.lying_beside(request.active, found),
        "members": rows_of(request.active, members_of(request.active, found)),
        "ways": came_by(request.active, [found]).get(found.pk, []),
        "happened": timelines_of(request.active, [found]).get(found.pk, []),
        **doors_of(request.active, found),
        **checks_of(request.active, found),
    }


def _list(request: OrganizationRequest, after: uuid.UUID | None) -> dict[str, Any]:
    page = queries.arrivals(request.active, after)
    rows = rows_of(request.active, page.arrivals)
    frame = frame_of(request)
    assert frame is not None
    now = timezone.now()
    return {
        "rows": rows,
        "repeats": [
            (report, identity_on(report.recording))
            for report in (to_repeat(request.active, now) if frame.counts.to_repeat else ())
        ],
        "next": f"?after={page.after}" if page.after else "",
        "first": bool(after),
        "activity": queries.activity_since(request.active, now - dt.timedelta(hours=1)),
        "zone": ZoneInfo(frame.place.organization.time_zone),
        "poll": poll_of(rows),
    }


def poll_of(rows: list[Row]) -> str:
    """The address that follows the rows still at work; empty when there is none."""
    working = [f"a={row.arrival.public_id}" for row in rows if not row.progress.outcome]
    return f"{reverse('arrivals-strips')}?{'&'.join(working)}" if working else ""


@require_safe
@in_organization
def strips(request: OrganizationRequest) -> HttpResponse:
    """Stages and outcomes of the named arrivals, to be put in their places on the page."""
    wanted = [name for name in map(name_in, request.GET.getlist("a")) if name]
    rows = rows_of(request.active, queries.arrivals_named(request.active, wanted))
    return HttpResponse(
        render_to_string("web/arrivals/_strips.html", {"rows": rows, "poll": poll_of(rows)})
    )


@require_safe
@in_organization
def status(request: OrganizationRequest, arrival_id: uuid.UUID) -> HttpResponse:
    found = queries.get_arrival_to_view(request.active, arrival_id)
    return JsonResponse(rows_of(request.active, [found])[0].as_json())
