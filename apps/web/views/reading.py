"""Writing, signing and amending a report."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit import actions as audit
from apps.ecg.queries import get_recording_to_view
from apps.reports import actions, presence, queries
from apps.reports.models import Report, Signature
from apps.reports.reading_first import hidden_from, record_impression
from apps.tenants.access import SingleSignOn, single_sign_on
from apps.tenants.lockout import count_failure, forget_failures, may_try
from apps.tenants.sign_on.asked import Signing
from apps.tenants.sign_on.errors import AnswerRefused
from apps.web.guard import OrganizationRequest, in_organization, wants_json
from apps.web.risk import asked_digits, risks
from apps.web.sign_on import active_provider_named
from apps.web.sign_on_pages import send
from apps.web.signing_differences import differences
from apps.web.study import delivery_part, study
from apps.web.times import clock, day_and_clock, zone_of

LONGEST_TEXT = 20_000
LONGEST_REASON = 400
UNPROVEN = (
    "Your organization's sign-in did not prove that you are here now. Nothing was signed; your"
    " text is kept."
)

WRONG_DIGITS = "These are not the last characters of the MRN. Nothing was signed."
LOCKED = (
    "Too many wrong passwords: for a quarter of an hour you can neither sign nor sign in from here,"
    " unless an administrator unlocks you. Nothing was signed; your text is kept."
)


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
    other = presence.others_reading(report, request.user, now)
    if other is not None:
        presence.keep_draft(report, text, revision_in(request), request.user, now)
        words = f"{other.by} is reading this now. Your text is kept beside the report."
        return _refused(request, report, text, words, 409)
    try:
        saved = actions.save_draft(
            report, text=text, revision=revision_in(request), editor=request.user, now=now
        )
    except actions.Stale as stale:
        presence.keep_draft(report, text, revision_in(request), request.user, now)
        words = f"Changed while you read it: {changed_by(stale.report)}. Nothing was saved."
        return _refused(request, stale.report, text, words, 409)
    except actions.NotEditable:
        presence.keep_draft(report, text, revision_in(request), request.user, now)
        words = "This report is signed. Changes need an amendment."
        return _refused(request, report, text, words, 409)
    if wants_json(request):
        saved_at = clock(saved.draft_saved_at, zone_of(report.recording))
        return JsonResponse({"revision": saved.draft_revision, "saved_at": saved_at})
    then = request.POST.get("then")
    if then == "impression" and text.strip():
        record_impression(saved, request.user, text, now)
        return redirect("recording", report.recording.public_id)
    if then == "submit" and request.active.may("submit_report"):
        return _submitted(request, saved, text)
    if then == "sign" and request.active.may("sign_report"):
        return redirect("report-sign", report.public_id)
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
        words = "There is no draft to hand over: it is signed, or empty."
        return _refused(request, report, text, words, 409)
    return redirect("worklist")


def revision_in(request: OrganizationRequest) -> int:
    """The revision the page was drawn with; 0, which no report has, where it is missing."""
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def what_changed(report: Report, revision: int) -> str:
    if report.draft_revision == revision:
        return "Results or patient data arrived while you read it: they are shown below."
    return f"Changed while you read it: {changed_by(report)}."


def changed_by(report: Report) -> str:
    zone = zone_of(report.recording)
    who = str(report.draft_saved_by) if report.draft_saved_by else "the platform"
    when = report.draft_saved_at
    at = f", {day_and_clock(when, zone, timezone.now())}" if when else ""
    return f"revision {report.draft_revision} by {who}{at}"


def _refused(
    request: OrganizationRequest, report: Report, text: str, words: str, status: int
) -> HttpResponse:
    url = reverse("recording", args=[report.recording.public_id])
    if wants_json(request):
        answer = {"message": words, "url": url, "revision": report.draft_revision}
        return JsonResponse(answer, status=status)
    recording = get_recording_to_view(request.active, report.recording.public_id)
    context = {
        **study(request.active, recording, request.user),
        "problem": words,
        "mine": text,
        "revision": report.draft_revision,
    }
    audit.record("ecg.recording.viewed", report.recording, actor=request.user)
    return render(request, "web/conflict.html", context, status=status)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person wants signed, as it was shown, and where to go then."""

    revision: int
    viewed: str
    then: str


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def sign(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """The page says exactly what is signed; its revision comes back with the password."""
    report = queries.get_report_to_sign(request.active, report_id)
    if hidden_from(request.active, report, request.user):
        return redirect("recording", report.recording.public_id)
    if request.method != "POST":
        return _sign_page(request, report)
    if not _says_who(request, report):
        return _sign_page(request, report, status=400, wrong_digits=WRONG_DIGITS)
    then, viewed = request.POST.get("then", ""), request.POST.get("viewed", "")
    wish = Wish(revision_in(request), viewed, then)
    bound = single_sign_on(request)
    if bound:
        return _prove_elsewhere(request, report, wish, bound)
    if not may_try(request, request.user):
        _note_refusal(request, report, "locked out")
        return _sign_page(request, report, status=403, locked=True)
    return carry_out(request, report, wish, password=request.POST.get("password", ""))


def _says_who(request: OrganizationRequest, report: Report) -> bool:
    """Where a mix-up is likely the signer says the end of the MRN."""
    digits = asked_digits(report)
    if not digits or not risks(request.active, report, timezone.now()):
        return True
    return request.POST.get("digits", "").strip().casefold() == digits.casefold()


def _prove_elsewhere(
    request: OrganizationRequest, report: Report, wish: Wish, bound: SingleSignOn
) -> HttpResponse:
    """To the provider with exactly what is shown; the text is saved already and stays."""
    stale = report.draft_revision != wish.revision or actions.viewed_digest(report) != wish.viewed
    if stale:
        words = f"{what_changed(report, wish.revision)} Nothing was signed."
        return _sign_page(request, report, status=409, clash=words)
    signing = Signing(
        report=str(report.public_id),
        revision=wish.revision,
        viewed=wish.viewed,
        then=wish.then,
        user_id=request.user.pk,
        subject=bound.subject,
    )
    provider = active_provider_named(uuid.UUID(bound.provider))
    return send(request, provider, signing=signing)


def carry_out(
    request: OrganizationRequest, report: Report, wish: Wish, **proof: Any
) -> HttpResponse:
    """Sign, and say what became of it; `proof` is that of `sign_report`."""
    try:
        actions.sign_report(
            report,
            reader=request.user,
            revision=wish.revision,
            viewed=wish.viewed,
            now=timezone.now(),
            **proof,
        )
    except actions.WrongPassword:
        count_failure(request, request.user)
        _note_refusal(request, report, "wrong password")
        wrong = "The password is wrong. Nothing was signed."
        return _sign_page(request, report, status=400, wrong=wrong)
    except AnswerRefused as refused:
        _note_refusal(request, report, refused.code)
        return _sign_page(request, report, status=403, unproven=UNPROVEN)
    except actions.Stale as stale:
        words = f"{what_changed(stale.report, wish.revision)} Nothing was signed."
        return _sign_page(request, stale.report, status=409, clash=words)
    except actions.NotSignable:
        words = "This report cannot be signed as it stands. Nothing was signed."
        return _sign_page(request, report, status=409, clash=words)
    if "password" in proof:
        forget_failures(request, request.user)
    return _after_signing(request, report, wish)


def _note_refusal(request: OrganizationRequest, report: Report, reason: str) -> None:
    audit.record("reports.signature.refused", report, actor=request.user, reason=reason)


def _after_signing(request: OrganizationRequest, report: Report, wish: Wish) -> HttpResponse:
    presence.let_go(report, request.user)
    if wish.then == "next":
        now = timezone.now()
        following = queries.next_to_read(request.active, report, request.user, now)
        if following is None:
            return redirect("worklist")
        return redirect("recording", following.recording.public_id)
    return redirect("recording", report.recording.public_id)


def _sign_page(
    request: OrganizationRequest,
    report: Report,
    *,
    status: int = 200,
    wrong: str = "",
    clash: str = "",
    unproven: str = "",
    locked: bool = False,
    wrong_digits: str = "",
) -> HttpResponse:
    # Named before the page is gathered: what arrives in between makes it stale, never unseen.
    preview = actions.preview_of(report)
    recording = get_recording_to_view(request.active, report.recording.public_id)
    context = study(request.active, recording, request.user)
    shown = context["report"]
    meaning = Signature.Meaning.AMENDMENT if shown.version_count else Signature.Meaning.APPROVAL
    context |= {
        "wrong": wrong,
        "clash": clash,
        "unproven": LOCKED if locked else unproven,
        "locked": locked,
        "wrong_digits": wrong_digits,
        "risks": risks(request.active, report, timezone.now()) if asked_digits(report) else [],
        "meaning": meaning.label,
        "revision": shown.draft_revision,
        "viewed": preview.viewed,
        "pages": range(1, preview.pages + 1),
        "differences": differences(preview.snapshot),
        "sign_on": single_sign_on(request),
    }
    audit.record("ecg.recording.viewed", recording, actor=request.user)
    return render(request, "web/sign.html", context, status=status)


@require_POST
@in_organization
def amend(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """Open a signed report for a new version; the signed one stays as it is."""
    report = queries.get_report_to_sign(request.active, report_id)
    reason = request.POST.get("reason", "").strip()
    if not reason or len(reason) > LONGEST_REASON:
        words = f"Write why, in at most {LONGEST_REASON} characters."
        return _amend_refused(request, report, words, 400)
    try:
        actions.begin_amendment(report, reader=request.user, reason=reason, now=timezone.now())
    except actions.NotAmendable:
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
