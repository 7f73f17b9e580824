"""Retracting a report of the wrong patient: asked for by one person, decided by another."""

from __future__ import annotations

import uuid
from functools import partial
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit import actions as audit
from apps.ecg.queries import get_recording_to_view
from apps.reports import queries, retractions
from apps.reports.models import Report, Retraction, Signature
from apps.reports.proving import Proof
from apps.tenants.sign_on.asked import Signing
from apps.web import signing
from apps.web.context import frame_of
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.reading import changed_by
from apps.web.study import study

ACT = "retraction"


@require_POST
@in_organization
def ask(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """Wrong patient: nothing is changed until a second person approves."""
    report = queries.get_report_to_retract(request.active, report_id)
    reason = request.POST.get("reason", "")
    try:
        retractions.ask_retraction(report, by=request.user, reason=reason, now=timezone.now())
    except retractions.NotRetractable:
        words = "It is not signed, it was asked for already, or the reason is missing."
        return _refused(request, report, words)
    return redirect("recording", report.recording.public_id)


def _refused(request: OrganizationRequest, report: Report, words: str) -> HttpResponse:
    recording = get_recording_to_view(request.active, report.recording.public_id)
    context = study(request.active, recording, request.user) | {"retraction_problem": words}
    audit.record("ecg.recording.viewed", recording, actor=request.user)
    return render(request, "web/study.html", context, status=409)


@require_safe
@in_organization
def waiting(request: OrganizationRequest) -> HttpResponse:
    """Those that wait for a second person."""
    rows = retractions.waiting_retractions(request.active)
    frame = frame_of(request)
    assert frame is not None
    zone = ZoneInfo(frame.place.organization.time_zone)
    audit.record("reports.retraction.viewed", actor=request.user, count=len(rows))
    return render(request, "web/room/retractions.html", {"rows": rows, "zone": zone})


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def decide(request: OrganizationRequest, retraction_id: uuid.UUID) -> HttpResponse:
    """What is retracted and why; approved with a signature, or refused."""
    found = retractions.get_retraction_to_decide(request.active, retraction_id)
    if request.method != "POST":
        return _page(request, found)
    if request.POST.get("do") == "refuse":
        return _refuse(request, found)
    return signing.posted(request, _act(request, found, request.POST.get("viewed", "")))


def _refuse(request: OrganizationRequest, found: Retraction) -> HttpResponse:
    try:
        retractions.refuse_retraction(found, by=request.user, now=timezone.now())
    except retractions.NotRetractable:
        return _page(request, found, status=409, clash="Somebody else decided this meanwhile.")
    return redirect("recording", found.report.recording.public_id)


def resumed(request: OrganizationRequest, asked: Signing) -> signing.Act:
    """What was to be approved, once the identity provider has answered."""
    name = uuid.UUID(asked.act.partition(":")[2])
    found = retractions.get_retraction_to_decide(request.active, name)
    return _act(request, found, asked.viewed)


def _act(request: OrganizationRequest, found: Retraction, viewed: str) -> signing.Act:
    def approve(proof: Proof) -> None:
        retractions.approve_retraction(found, by=request.user, proof=proof, now=timezone.now())

    return signing.Act(
        report=found.report,
        revision=found.report.version_count,
        viewed=viewed,
        name=f"{ACT}:{found.public_id}",
        page=partial(_page, request, found),
        sign=approve,
        done=partial(redirect, "recording", found.report.recording.public_id),
        is_stale=lambda: retractions.viewed_retraction(found) != viewed,
        changed=lambda report: f"Changed while you read it: {changed_by(report)}.",
    )


def _page(
    request: OrganizationRequest, found: Retraction, *, status: int = 200, **words: str | bool
) -> HttpResponse:
    """`words` are what went wrong: wrong, clash, unproven, locked."""
    recording = get_recording_to_view(request.active, found.report.recording.public_id)
    context = study(request.active, recording, request.user)
    context |= {
        "retraction": found,
        "meaning": Signature.Meaning.RETRACTION.label,
        "may_approve": found.is_open and found.asked_by_id != request.user.pk,
        "viewed": retractions.viewed_retraction(found),
        **signing.shown(
            request,
            found.report,
            revision=found.report.version_count,
            viewed=retractions.viewed_retraction(found),
        ),
        **words,
    }
    audit.record("ecg.recording.viewed", recording, actor=request.user)
    return render(request, "web/room/retraction.html", context, status=status)
