"""Questions of identity: which there are, what they are about, and deciding them."""

from __future__ import annotations

import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from apps.audit import actions as audit
from apps.ecg.models import Recording
from apps.ingestion import case_queries as queries
from apps.ingestion.cases import NotDecidable, Verdict, decision_name, send_back
from apps.ingestion.models import IdentityCase, RecordingArrival
from apps.ingestion.orders.queries import count_of_order_cases
from apps.reports.corrections import approve_case, carry_out_case, decide_case, waits_for
from apps.reports.models import Report
from apps.reports.queries import report_of
from apps.web import cases as shown
from apps.web.context import frame_of
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.study import last_before, last_prior
from apps.web.worklist import name_in

Kind, State = IdentityCase.Kind, IdentityCase.State


@require_safe
@in_organization
def case_list(request: OrganizationRequest) -> HttpResponse:
    """Open questions, the oldest first, one queue a kind."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in Kind.values else ""
    page = queries.open_cases(request.active, kind)
    counts = queries.counts_by_kind(request.active)
    decided = queries.decided_cases(request.active)
    frame = frame_of(request)
    assert frame is not None
    audit.record("ingestion.identity.viewed", actor=request.user, count=len(page.cases))
    context = {
        "page": page,
        "kind": kind,
        "queues": [(one.value, one.label, counts.get(one.value, 0)) for one in Kind],
        "total": sum(counts.values()),
        "decided": decided,
        "order_count": count_of_order_cases(request.active),
        "zone": ZoneInfo(frame.place.organization.time_zone),
    }
    return render(request, "web/cases.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def case(request: OrganizationRequest, case_id: uuid.UUID) -> HttpResponse:
    """One question; posted, its decision or the carrying out of one that waited."""
    found = queries.get_case_to_resolve(request.active, case_id)
    if request.method != "POST":
        audit.record("ingestion.identity.viewed", found, actor=request.user)
        return render(request, "web/case.html", _context(request, found))
    try:
        done = _decide(request, found)
    except NotDecidable as problem:
        context = _context(request, found) | {"problem": str(problem)}
        return render(request, "web/case.html", context, status=409)
    if done.state != State.CLOSED:
        return redirect("identity-case", case_id=done.public_id)
    return redirect("identity-cases")


def _decide(request: OrganizationRequest, found: IdentityCase) -> IdentityCase:
    now = timezone.now()
    match request.POST.get("do"):
        case "carry-out":
            return carry_out_case(found, by=request.user, now=now)
        case "approve":
            viewed = request.POST.get("viewed", "")
            return approve_case(found, viewed=viewed, by=request.user, now=now)
        case "send-back":
            return send_back(found, request.POST.get("reason", ""), by=request.user)
    verdict = Verdict(
        request.POST.get("decision", ""), request.POST.get("reason", ""), _chosen(request, found)
    )
    return decide_case(found, verdict, by=request.user, now=now)


def _chosen(request: OrganizationRequest, case: IdentityCase) -> RecordingArrival | None:
    """The copy named by its file, among those of this very recording."""
    wanted = name_in(request.POST.get("copy"))
    copies = queries.copies_of(request.active, case.recording)
    return next((copy for copy in copies if copy.ingress.public_id == wanted), None)


def _others(
    request: OrganizationRequest, case: IdentityCase, copies: list[shown.Column]
) -> list[tuple[shown.Column, Recording | None]]:
    """Each other patient who is named, with the last ECG held of them to compare with."""
    arrivals = [copy.arrival for copy in copies if copy.arrival is not None]
    named = queries.named_by(request.active, arrivals)
    return [
        (copy, last_before(request.active, case.recording, named[copy.arrival.pk]))
        for copy in copies
        if copy.arrival is not None
        and copy.arrival.pk in named
        and named[copy.arrival.pk].pk != case.recording.patient_id
    ]


def _context(request: OrganizationRequest, case: IdentityCase) -> dict[str, Any]:
    columns = shown.columns_of(case, queries.copies_of(request.active, case.recording))
    copies = shown.copies_to_choose(columns)
    report = report_of(request.active, case.recording)
    frame = frame_of(request)
    assert frame is not None
    return {
        "case": case,
        "question": shown.RETRACTED
        if report is not None and report.is_retracted
        else shown.QUESTIONS[Kind(case.kind)],
        "columns": columns,
        "prior": None if case.other else last_prior(request.active, case.recording),
        "others": _others(request, case, copies),
        "copies": copies,
        "chosen": next((one for one in columns if one.names(case.chosen_id)), None),
        "lines": shown.fields_shown(case, shown.lines_of(columns)),
        "choices": shown.choices_of(case),
        "signed": report is not None and report.status in Report.FINAL,
        "waits_for": waits_for(case.recording, case.decision, case.chosen),
        "given": request.POST,
        "is_own": case.decided_by_id == request.user.pk,
        "viewed": decision_name(case),
        "zone": ZoneInfo(frame.place.organization.time_zone),
    }
