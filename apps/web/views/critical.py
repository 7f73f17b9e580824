"""Critical results with a clock: the list, the pill, raising by hand, acknowledging."""

from __future__ import annotations

import uuid
from contextlib import suppress

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.audit import actions as audit
from apps.reports import criticals, queries
from apps.reports.escalation import asked as asked_of
from apps.reports.escalation import steps
from apps.reports.reading_first import critical_minutes
from apps.tenants.queries import permit
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.identity import identity_on
from apps.web.ladder import standing_of
from apps.web.times import elapsed, span, zone_of


@require_safe
@in_organization
def results(request: OrganizationRequest) -> HttpResponse:
    """Open ones, oldest first, or those that were acknowledged."""
    return _page(request, acknowledged=request.GET.get("acknowledged") == "1")


def _page(
    request: OrganizationRequest,
    *,
    acknowledged: bool = False,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    rows = criticals.listed(request.active, acknowledged=acknowledged)
    audit.record("reports.critical.viewed", actor=request.user, count=len(rows))
    now, took = timezone.now(), criticals.times()
    ladder, asked = steps(), set() if acknowledged else asked_of(request.user)
    context = {
        "rows": [
            {
                "result": row,
                "identity": identity_on(row.report.recording),
                "waited": span(row.acknowledged_at - row.raised_at)
                if row.acknowledged_at
                else elapsed(now - row.raised_at),
                "zone": zone_of(row.report.recording),
                "how": criticals.HOW.get(row.told_how, ""),
                "is_ai": row.code.startswith("ai."),
                "ladder": standing_of(row, ladder),
                "is_asked": row.pk in asked,
            }
            for row in rows
        ],
        "acknowledged": acknowledged,
        "has_ladder": bool(ladder),
        "minutes": critical_minutes(),
        "problem": problem,
        "hows": criticals.HOW.items(),
        "may_acknowledge": request.active.may("acknowledge_critical"),
        "took": took,
        "median": _span(took.median_s),
        "p90": _span(took.p90_s),
    }
    return render(request, "web/room/critical.html", context, status=status)


def _span(seconds: int | None) -> str:
    if seconds is None:
        return "not known"
    return f"{seconds // 60} min {seconds % 60:02d} s"


@require_safe
@in_organization
def pill(request: OrganizationRequest) -> HttpResponse:
    """What the top bar shows, asked for every ten seconds."""
    permit(request.active, "view_recordings")
    return render(request, "web/room/_pill.html")


@require_POST
@in_organization
def acknowledge(request: OrganizationRequest, result_id: uuid.UUID) -> HttpResponse:
    """Who was told and how; the clock stops."""
    found = criticals.get_result_to_acknowledge(request.active, result_id)
    try:
        criticals.acknowledge(
            found,
            by=request.user,
            told_whom=request.POST.get("whom", ""),
            told_how=request.POST.get("how", ""),
            now=timezone.now(),
        )
    except criticals.NothingSaid:
        return _page(request, problem="Say who was told, and how.", status=400)
    except criticals.Acknowledged:
        return _page(request, problem="Somebody acknowledged it meanwhile.", status=409)
    return redirect("critical-results")


@require_POST
@in_organization
def raise_by_hand(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """What a person finds critical, in their words."""
    permit(request.active, "raise_critical")
    report = queries.get_report_to_view(request.active, report_id)
    text = request.POST.get("text", "")
    with suppress(criticals.NothingSaid):  # the form asks for words; nothing is raised
        criticals.raise_by_hand(report, text, request.user, timezone.now())
    return redirect("recording", report.recording.public_id)
