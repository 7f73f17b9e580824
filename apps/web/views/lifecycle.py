"""Back to the technician, on the worklist again, and one version beside the one before."""

from __future__ import annotations

import uuid
from itertools import pairwise

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.audit import actions as audit
from apps.ecg.queries import get_recording_to_view
from apps.reports import queries, returns
from apps.reports.locking import NotLocked, unlock_report
from apps.reports.version_diff import differences
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.identity import identity_on
from apps.web.times import acquired, zone_of


@require_POST
@in_organization
def send_back(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """Technically inadequate: off the worklist, to be repeated; or on it again."""
    report = queries.get_report_to_edit(request.active, report_id)
    try:
        if request.POST.get("do") == "reopen":
            returns.reopen_report(report, person=request.user)
        else:
            reason = request.POST.get("reason", "")
            returns.return_report(report, reader=request.user, reason=reason)
            return redirect("worklist")
    except returns.NotReturnable:
        pass  # the page says how it stands
    return redirect("recording", report.recording.public_id)


@require_POST
@in_organization
def unlock(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """For a reader to amend it: nothing of what is signed changes, and it locks again."""
    report = queries.get_report_to_unlock(request.active, report_id)
    try:
        reason = request.POST.get("reason", "")
        unlock_report(report, by=request.user, reason=reason, now=timezone.now())
    except NotLocked:
        pass  # the page says how it stands
    return redirect("recording", report.recording.public_id)


@require_safe
@in_organization
def changes(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """Every amendment: what it changed in the text, why, and who signed both."""
    report = queries.get_report_to_view(request.active, report_id)
    versions = queries.versions_of(request.active, report)
    if not versions:
        raise Http404
    recording = get_recording_to_view(request.active, report.recording.public_id)
    audit.record("reports.report.compared", report, actor=request.user, count=len(versions))
    pairs = [
        (new, old, differences(old.interpretation, new.interpretation))
        for new, old in pairwise(versions)
    ]
    context = {
        "recording": recording,
        "report": report,
        "identity": identity_on(recording),
        "acquired": acquired(recording),
        "zone": zone_of(recording),
        "first": versions[-1],
        "pairs": pairs,
    }
    return render(request, "web/room/changes.html", context)
