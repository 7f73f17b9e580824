"""Signing the draft of a report: the page says exactly what is signed."""

from __future__ import annotations

import uuid
from functools import partial

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.audit import actions as audit
from apps.ecg.queries import get_recording_to_view
from apps.reports import actions, presence, queries
from apps.reports.lifecycle import allows
from apps.reports.models import Report
from apps.reports.proving import Proof, meanings_of
from apps.reports.reading_first import hidden_from
from apps.tenants.sign_on.asked import Signing
from apps.web import signing
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.reading import LONGEST_TEXT, revision_in, what_changed
from apps.web.risk import asked_digits, risks
from apps.web.signing_differences import differences
from apps.web.study import study

WRONG_DIGITS = "These are not the last characters of the MRN. Nothing was signed."


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def sign(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """The page says exactly what is signed; its revision comes back with the password."""
    report = queries.get_report_to_sign(request.active, report_id)
    if hidden_from(request.active, report, request.user):
        return redirect("recording", report.recording.public_id)
    if request.method != "POST":
        return _page(request, report)
    if not _says_who(request, report):
        return _page(request, report, status=400, wrong_digits=WRONG_DIGITS)
    given = request.POST
    act = act_of(
        request,
        report,
        revision=revision_in(request),
        viewed=given.get("viewed", ""),
        then=given.get("then", ""),
        meaning=given.get("meaning", ""),
    )
    return signing.posted(request, act)


def act_of(
    request: OrganizationRequest,
    report: Report,
    *,
    revision: int,
    viewed: str,
    then: str,
    meaning: str,
) -> signing.Act:
    def sign_it(proof: Proof) -> None:
        actions.sign_report(
            report,
            reader=request.user,
            revision=revision,
            viewed=viewed,
            password=proof.password,
            proof=proof.other,
            meaning=meaning,
            now=timezone.now(),
        )

    def is_stale() -> bool:
        stands = allows(report, "sign") and report.draft_revision == revision
        return not stands or actions.viewed_digest(report) != viewed

    return signing.Act(
        report=report,
        revision=revision,
        viewed=viewed,
        then=then,
        meaning=meaning,
        page=partial(_page, request, report, meaning=meaning),
        sign=sign_it,
        done=partial(_after, request, report, then),
        is_stale=is_stale,
        changed=partial(what_changed, revision=revision),
    )


def resumed(request: OrganizationRequest, asked: Signing) -> signing.Act:
    """What was to be signed, once the identity provider has answered."""
    report = queries.get_report_to_sign(request.active, uuid.UUID(asked.report))
    return act_of(
        request,
        report,
        revision=asked.revision,
        viewed=asked.viewed,
        then=asked.then,
        meaning=asked.meaning,
    )


def _says_who(request: OrganizationRequest, report: Report) -> bool:
    """Where a mix-up is likely the signer says the end of the MRN."""
    digits = asked_digits(report)
    if not digits or not risks(request.active, report, timezone.now()):
        return True
    return request.POST.get("digits", "").strip().casefold() == digits.casefold()


def _after(request: OrganizationRequest, report: Report, then: str) -> HttpResponse:
    presence.let_go(report, request.user)
    if then == "next":
        now = timezone.now()
        following = queries.next_to_read(request.active, report, request.user, now)
        if following is None:
            return redirect("worklist")
        return redirect("recording", following.recording.public_id)
    return redirect("recording", report.recording.public_id)


def _mine(request: OrganizationRequest, report: Report, *, clash: bool) -> dict[str, str]:
    """What the signer had before them is kept, where somebody else's text took its place."""
    text = request.POST.get("text", "").replace("\r\n", "\n") if clash else ""
    if not text.strip():
        return {}
    now = timezone.now()
    presence.keep_draft(report, text[:LONGEST_TEXT], revision_in(request), request.user, now)
    return {"mine": text[:LONGEST_TEXT]}


def _page(
    request: OrganizationRequest,
    report: Report,
    *,
    status: int = 200,
    meaning: str = "",
    **words: str | bool,
) -> HttpResponse:
    """`words` are what went wrong: wrong, clash, unproven, locked, wrong_digits."""
    # Named before the page is gathered: what arrives in between makes it stale, never unseen.
    preview = actions.preview_of(report)
    recording = get_recording_to_view(request.active, report.recording.public_id)
    context = study(request.active, recording, request.user)
    now = timezone.now()
    context |= {
        "risks": risks(request.active, report, now) if asked_digits(report) else [],
        "meanings": meanings_of(report),
        "meaning": meaning,
        "revision": context["report"].draft_revision,
        "viewed": preview.viewed,
        "pages": range(1, preview.pages + 1),
        "differences": differences(preview.snapshot),
        "lacking": actions.lacking(report.draft_text),
        **signing.shown(
            request, report, revision=context["report"].draft_revision, viewed=preview.viewed
        ),
        **words,
        **_mine(request, report, clash=bool(words.get("clash"))),
    }
    audit.record("ecg.recording.viewed", recording, actor=request.user)
    return render(request, "web/sign.html", context, status=status)
