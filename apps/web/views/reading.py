"""Writing, signing and amending a report."""

from __future__ import annotations

import datetime as dt
import uuid

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.audit import actions as audit
from apps.ecg.queries import get_recording_to_view
from apps.reports import actions, presence, queries
from apps.reports.locking import NotLocked, unlock_report
from apps.reports.models import Report
from apps.reports.reading_first import record_impression
from apps.web.guard import OrganizationRequest, in_organization, wants_json
from apps.web.reading import LONGEST_TEXT, changed_by, revision_in, what_changed
from apps.web.study import delivery_part, study
from apps.web.times import clock, zone_of

LONGEST_REASON = 400


@require_POST
@in_organization
def draft(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """Save the interpretation: an answer for scripts, a page for the plain form."""
    report = queries.get_report_to_edit(request.active, report_id)
    now = timezone.now()
    text = request.POST.get("text", "").replace("\r\n", "\n")
    if len(text) > LONGEST_TEXT:
        words = f"The text is longer than {LONGEST_TEXT:,} characters. Shorten it."
        return _refused(request, report, text, words, 400)
    if request.POST.get("keep"):
        return _kept(request, report, text, now)
    other = presence.others_reading(report, request.user, now)
    if other is not None:
        presence.keep_draft(report, text, revision_in(request), request.user, now)
        words = f"{other.by} is reading this now. Your text is kept beside the report."
        return _refused(request, report, text, words, 409, is_open=False)
    try:
        saved = actions.save_draft(
            report, text=text, revision=revision_in(request), editor=request.user, now=now
        )
    except actions.Stale as stale:
        if wants_json(request) and _is_the_same(stale.report, text, request):
            return _saved(stale.report)
        presence.keep_draft(report, text, revision_in(request), request.user, now)
        words = f"Changed while you read it: {changed_by(stale.report)}. Nothing was saved."
        return _refused(request, stale.report, text, words, 409)
    except actions.NotEditable:
        presence.keep_draft(report, text, revision_in(request), request.user, now)
        report = queries.get_report_to_edit(request.active, report_id)
        changed = what_changed(report, revision_in(request))
        words = f"{changed} Your text is kept beside the report. Changes need an amendment."
        return _refused(request, report, text, words, 409)
    if wants_json(request):
        return _saved(saved)
    then = request.POST.get("then")
    if then == "impression" and text.strip():
        record_impression(saved, request.user, text, now)
        return redirect("recording", report.recording.public_id)
    if then == "submit" and request.active.may("submit_report"):
        return _submitted(request, saved, text)
    if then == "sign" and request.active.may("sign_report"):
        return redirect("report-sign", report.public_id)
    return redirect("recording", report.recording.public_id)


def _is_the_same(report: Report, text: str, request: OrganizationRequest) -> bool:
    """What is sent again because its answer was lost is saved already."""
    mine = report.draft_saved_by_id == request.user.pk
    return mine and report.status in Report.OPEN and report.draft_text == text


def _saved(report: Report) -> HttpResponse:
    saved_at = clock(report.draft_saved_at, zone_of(report.recording))
    return JsonResponse({"revision": report.draft_revision, "saved_at": saved_at})


def _kept(
    request: OrganizationRequest, report: Report, text: str, now: dt.datetime
) -> HttpResponse:
    """What is typed on after a refusal: beside the report, its draft stays as it is."""
    presence.keep_draft(report, text, revision_in(request), request.user, now)
    if wants_json(request):
        return JsonResponse({"kept_at": clock(now, zone_of(report.recording))})
    return redirect("recording", report.recording.public_id)


@require_POST
@in_organization
def submit(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """Hand the saved draft over to a reader."""
    report = queries.get_report_to_submit(request.active, report_id)
    return _submitted(request, report, report.draft_text, revision_in(request))


def _submitted(
    request: OrganizationRequest, report: Report, text: str, revision: int | None = None
) -> HttpResponse:
    wanted = report.draft_revision if revision is None else revision
    try:
        actions.submit_draft(report, revision=wanted, trainee=request.user, now=timezone.now())
    except actions.Stale as stale:
        words = f"{what_changed(stale.report, wanted)} Nothing was handed over."
        return _refused(request, stale.report, text, words, 409)
    except (actions.NotEditable, actions.NotSignable):
        words = "There is no draft to hand over: it is signed, empty, or has a blank left."
        return _refused(request, report, text, words, 409)
    return redirect("worklist")


def _refused(
    request: OrganizationRequest,
    report: Report,
    text: str,
    words: str,
    status: int,
    *,
    is_open: bool | None = None,
) -> HttpResponse:
    """`is_open` is whether the text may become the draft; as the report stands where not said."""
    if is_open is None:
        is_open = report.status in Report.OPEN
    url = reverse("recording", args=[report.recording.public_id])
    if wants_json(request):
        answer = {
            "message": words,
            "url": url,
            "revision": report.draft_revision,
            "open": is_open,
        }
        return JsonResponse(answer, status=status)
    recording = get_recording_to_view(request.active, report.recording.public_id)
    context = {
        **study(request.active, recording, request.user),
        "problem": words,
        "mine": text,
        "is_open": is_open,
        "revision": report.draft_revision,
    }
    audit.record("ecg.recording.viewed", report.recording, actor=request.user)
    return render(request, "web/conflict.html", context, status=status)


@require_POST
@in_organization
def amend(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """Open a signed report for a new version; the signed one stays as it is."""
    report = queries.get_report_to_sign(request.active, report_id)
    reason = request.POST.get("reason", "").strip()
    if not reason or len(reason) > LONGEST_REASON:
        words = f"Write why, in at most {LONGEST_REASON} characters."
        return _amend_refused(request, report, words, 400)
    now = timezone.now()
    try:
        # A locked report is unlocked for it, with the same reason.
        if report.status == Report.Status.LOCKED and request.active.may("unlock_report"):
            unlock_report(report, by=request.user, reason=reason, now=now)
        actions.begin_amendment(report, reader=request.user, reason=reason, now=now)
    except (actions.NotAmendable, NotLocked):
        words = "This report is not signed, or somebody is amending it already."
        return _amend_refused(request, report, words, 409)
    return redirect("recording", report.recording.public_id)


def _amend_refused(
    request: OrganizationRequest, report: Report, words: str, status: int
) -> HttpResponse:
    recording = get_recording_to_view(request.active, report.recording.public_id)
    context = {**study(request.active, recording, request.user), "amend_problem": words}
    audit.record("ecg.recording.viewed", recording, actor=request.user)
    return render(request, "web/study.html", context, status=status)


@require_safe
@in_organization
def deliveries(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """The deliveries alone, polled until every one is acknowledged or refused."""
    report = queries.get_report_to_view(request.active, report_id)
    zone = zone_of(report.recording)
    context = {"report": report, "zone": zone, **delivery_part(request.active, report)}
    return HttpResponse(render_to_string("web/study/_deliveries.html", context))
