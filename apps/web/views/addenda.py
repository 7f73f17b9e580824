"""An addendum: written on the study page, signed on a page of its own."""

from __future__ import annotations

import uuid
from functools import partial

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.audit import actions as audit
from apps.ecg.queries import get_recording_to_view
from apps.reports import addenda, queries
from apps.reports.models import KeptDraft, Report, Signature
from apps.reports.proving import Proof
from apps.tenants.sign_on.asked import Signing
from apps.web import signing
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.reading import changed_by
from apps.web.study import study

ACT = "addendum"


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def write(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """Keep the text; read, on to the newest that its author has not signed."""
    report = queries.get_report_to_sign(request.active, report_id)
    if request.method != "POST":
        for waiting in addenda.unsigned_addenda(report, request.user)[:1]:
            return redirect("addendum-sign", waiting.public_id)
        return redirect("recording", report.recording.public_id)
    text = request.POST.get("text", "").replace("\r\n", "\n")
    now = timezone.now()
    if len(text) > addenda.LONGEST:
        words = f"The addendum is longer than {addenda.LONGEST:,} characters. Shorten it."
        return _refused(request, report, text, words, 400)
    try:
        addenda.write_addendum(report, author=request.user, text=text, now=now)
    except addenda.NotAddable:
        words = "An addendum needs words, and a report that is signed."
        return _refused(request, report, text, words, 409)
    return redirect("report-addendum", report.public_id)


def _refused(
    request: OrganizationRequest, report: Report, text: str, words: str, status: int
) -> HttpResponse:
    recording = get_recording_to_view(request.active, report.recording.public_id)
    context = study(request.active, recording, request.user)
    context |= {"addendum_problem": words, "addendum_text": text}
    audit.record("ecg.recording.viewed", recording, actor=request.user)
    return render(request, "web/study.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def sign(request: OrganizationRequest, addendum_id: uuid.UUID) -> HttpResponse:
    """Exactly the text that was written, beneath exactly the version that stands."""
    kept = addenda.get_addendum_to_sign(request.active, request.user, addendum_id)
    if request.method != "POST":
        return _page(request, kept)
    return signing.posted(request, _act(request, kept, request.POST.get("viewed", "")))


def resumed(request: OrganizationRequest, asked: Signing) -> signing.Act:
    """What was to be signed, once the identity provider has answered."""
    name = uuid.UUID(asked.act.partition(":")[2])
    kept = addenda.get_addendum_to_sign(request.active, request.user, name)
    return _act(request, kept, asked.viewed)


def _act(request: OrganizationRequest, kept: KeptDraft, viewed: str) -> signing.Act:
    def sign_it(proof: Proof) -> None:
        addenda.sign_addendum(kept, author=request.user, proof=proof, now=timezone.now())

    return signing.Act(
        report=kept.report,
        revision=kept.revision,
        viewed=viewed,
        name=f"{ACT}:{kept.public_id}",
        page=partial(_page, request, kept),
        sign=sign_it,
        done=partial(redirect, "recording", kept.report.recording.public_id),
        is_stale=lambda: addenda.viewed_addendum(kept) != viewed,
        changed=lambda report: f"Changed while you wrote it: {changed_by(report)}.",
    )


def _page(
    request: OrganizationRequest, kept: KeptDraft, *, status: int = 200, **words: str | bool
) -> HttpResponse:
    """`words` are what went wrong: wrong, clash, unproven, locked."""
    recording = get_recording_to_view(request.active, kept.report.recording.public_id)
    context = study(request.active, recording, request.user)
    context |= {
        "kept": kept,
        "meaning": Signature.Meaning.ADDENDUM.label,
        "viewed": addenda.viewed_addendum(kept),
        **signing.shown(
            request, kept.report, revision=kept.revision, viewed=addenda.viewed_addendum(kept)
        ),
        **words,
    }
    audit.record("ecg.recording.viewed", recording, actor=request.user)
    return render(request, "web/room/addendum.html", context, status=status)
