"""Assigning a report to another reader."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.audit import actions as audit
from apps.reports import assigning, queries
from apps.reports.models import Report
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.identity import identity_on
from apps.web.times import acquired
from apps.web.worklist import name_in


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def assign(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """Whom to give it to, with two identifiers of its patient; then back to the list."""
    report = queries.get_report_to_hand_on(request.active, report_id)
    if request.method != "POST":
        return _page(request, report)
    try:
        assigning.assign(request.active, report, name_in(request.POST.get("to")), by=request.user)
    except assigning.NotAReader as refused:
        return _page(request, report, problem=str(refused), status=400)
    except assigning.NotAssigned as refused:
        return _page(request, report, problem=str(refused), status=409)
    return redirect("worklist")


def _page(
    request: OrganizationRequest, report: Report, *, problem: str = "", status: int = 200
) -> HttpResponse:
    owner = report.assigned_to or report.draft_saved_by
    context = {
        "report": report,
        "identity": identity_on(report.recording),
        "acquired": acquired(report.recording),
        "owner": owner,
        "readers": [one for one in assigning.readers() if one != report.assigned_to],
        "may": assigning.may_assign(request.active, report, request.user),
        "problem": problem,
    }
    audit.record("ecg.worklist.viewed", actor=request.user, count=1)
    return render(request, "web/room/assign.html", context, status=status)
