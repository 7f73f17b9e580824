"""Files that stopped, their release, and everything about the same bytes."""

from __future__ import annotations

import uuid
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit import actions as audit
from apps.ingestion import file_queries as queries
from apps.ingestion.came_by import came_by
from apps.ingestion.quarantine import NotReleasable, release, run_again
from apps.ingestion.timeline import timelines_of
from apps.web.arrivals import rows_of
from apps.web.context import frame_of
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.views.arrivals import arrival_context
from apps.web.worklist import name_in


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def stopped(request: OrganizationRequest) -> HttpResponse:
    """Refused and given-up files; posted, those chosen go back in the queue."""
    if request.method == "POST":
        return _run_again(request)
    after = name_in(request.GET.get("after"))
    page = queries.stopped_files(request.active, after)
    rows = rows_of(request.active, page.arrivals)
    audit.record("ecg.arrivals.viewed", actor=request.user, count=len(rows))
    again = request.GET.get("again", "")
    context = {
        "rows": rows,
        "next": f"?after={page.after}" if page.after else "",
        "first": bool(after),
        "zone": _zone(request),
        "again": int(again) if again.isascii() and again.isdigit() and len(again) < 4 else None,
    }
    return render(request, "web/stopped.html", context)


def _run_again(request: OrganizationRequest) -> HttpResponse:
    names = [name for name in map(name_in, request.POST.getlist("a")) if name]
    rows = queries.stopped_named(request.active, names)
    count = run_again(rows, by=request.user)
    if request.POST.get("back") and len(rows) == 1:
        return redirect("arrival", arrival_id=rows[0].public_id)
    return redirect(f"{reverse('arrivals-stopped')}?again={count}")


@require_POST
@in_organization
def release_file(request: OrganizationRequest, arrival_id: uuid.UUID) -> HttpResponse:
    """A held file goes on, on an administrator's word."""
    found = queries.get_arrival_to_release(request.active, arrival_id)
    reason = request.POST.get("reason", "")
    try:
        release(found, reason=reason, by=request.user, now=timezone.now())
    except NotReleasable as problem:
        context = arrival_context(request, found) | {"problem": str(problem), "reason": reason}
        return render(request, "web/arrivals.html", context, status=409)
    return redirect("arrival", arrival_id=arrival_id)


@require_safe
@in_organization
def find(request: OrganizationRequest) -> HttpResponse:
    """To the page of a hash that a person pasted; a hash is nobody's."""
    given = request.GET.get("sha256", "")
    wanted = queries.check_hash(request.active, given)
    if wanted:
        return redirect("file", sha256=wanted)
    status = 400 if given else 200
    return render(request, "web/file.html", {"wanted": given[:64]}, status=status)


@require_safe
@in_organization
def file(request: OrganizationRequest, sha256: str) -> HttpResponse:
    """Every arrival of the same bytes: door, sender, patient, study and each transition."""
    found = queries.arrivals_of_hash(request.active, sha256)
    happened = timelines_of(request.active, found)
    ways = came_by(request.active, found)
    rows = [(row, row.arrival.pk) for row in rows_of(request.active, found)]
    context = {
        "wanted": sha256,
        "rows": [(row, happened.get(pk, []), ways.get(pk, [])) for row, pk in rows],
        "size": found[0].size,
        "zone": _zone(request),
    }
    audit.record("ecg.arrivals.viewed", actor=request.user, sha256=sha256, count=len(found))
    return render(request, "web/file.html", context)


def _zone(request: OrganizationRequest) -> ZoneInfo:
    frame = frame_of(request)
    assert frame is not None
    return ZoneInfo(frame.place.organization.time_zone)
