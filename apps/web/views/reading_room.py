"""In the room: the page's beat, taking over, statements decided, how an organization reads."""

from __future__ import annotations

import uuid

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit import actions as audit
from apps.reports import decisions, library, presence, queries
from apps.reports.locking import LOCK_HOURS, lock_rules, set_lock_rules
from apps.reports.models import Report, StatementDecision
from apps.reports.own_library import searched
from apps.reports.reading_first import (
    CRITICAL_MINUTES,
    EhrDocument,
    ReadFirst,
    critical_minutes,
    ehr_document,
    hidden_from,
    set_policy,
)
from apps.reports.reading_first import policy as policy_here
from apps.tenants.queries import permit
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.room import unsent_key
from apps.web.times import zone_of


@require_POST
@in_organization
def beat(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """The page says that it is open; 409 where somebody else reads the report now."""
    report = queries.get_report_to_edit(request.active, report_id)
    other = presence.hold(report, request.user, timezone.now())
    if other is None:
        return JsonResponse({"held": True})
    return JsonResponse({"held": False, "by": str(other.by)}, status=409)


@require_POST
@in_organization
def take_over(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """Read it instead of who does; both texts are kept."""
    report = queries.get_report_to_edit(request.active, report_id)
    presence.take_over(report, request.user, timezone.now())
    return redirect("recording", report.recording.public_id)


@require_safe
@in_organization
def draft_key(request: OrganizationRequest) -> HttpResponse:
    """For a page whose session ended: the key says whether its writer is back."""
    permit(request.active, "edit_report")
    answer = JsonResponse({"key": unsent_key(request), "token": get_token(request)})
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@in_organization
def statement_library(request: OrganizationRequest) -> HttpResponse:
    """The whole library, which is small: the page searches it while one types.

    It is not kept: another organization of the same person has other statements.
    """
    rows = searched(request.active, request.user)
    answer = JsonResponse({"version": library.VERSION, "statements": rows})
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@in_organization
def decide(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """Accept or override one machine statement that the reader may see."""
    report = queries.get_report_to_edit(request.active, report_id)
    subject = request.POST.get("subject", "")
    if hidden_from(request.active, report, request.user) or report.status not in Report.OPEN:
        return _undecided(request, report, subject, "Nothing is decided of this ECG now.", 409)
    try:
        made = decisions.decide(
            report,
            request.user,
            subject=subject,
            verdict=request.POST.get("verdict", ""),
            reason=request.POST.get("reason", ""),
            now=timezone.now(),
        )
    except decisions.NoReason:
        return _undecided(request, report, subject, "Write why you override it.", 200)
    except (decisions.NotSaid, ValueError):
        return _undecided(request, report, subject, "No machine says that any more.", 409)
    return _decided(request, report, {"subject": subject, "decision": made, "text": made.text})


def _undecided(
    request: OrganizationRequest, report: Report, subject: str, words: str, status: int
) -> HttpResponse:
    row = {"subject": subject, "decision": decisions.decisions_of(report).get(subject)}
    return _decided(request, report, row, problem=words, status=status)


def _decided(
    request: OrganizationRequest,
    report: Report,
    row: dict[str, str | StatementDecision | None],
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return redirect("recording", report.recording.public_id)
    context = {"report": report, "row": row, "decides": True, "problem": problem}
    return render(request, "web/study/_decision.html", context, status=status)


@require_safe
@in_organization
def override_ledger(request: OrganizationRequest) -> HttpResponse:
    """What readers overrode of the machine's statements, newest first."""
    rows = [(row, zone_of(row.report.recording)) for row in decisions.overrides(request.active)]
    audit.record("reports.overrides.viewed", actor=request.user, count=len(rows))
    return render(request, "web/room/overrides.html", {"rows": rows, "most": decisions.LISTED})


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def policy(request: OrganizationRequest) -> HttpResponse:
    """What a reader does not see before an impression, and how long a critical result may wait."""
    permit(request.active, "change_reading")
    if request.method == "POST":
        try:
            minutes = int(request.POST.get("critical_minutes", ""))
            first, sent = (request.POST.get(name, "") for name in ("read_first", "ehr_document"))
            set_policy(request.active, first, minutes, sent, request.user)
        except ValueError:
            return _policy_page(request, "Choose one of each, and from 1 to 240 minutes.")
        return redirect("reading-policy")
    return _policy_page(request)


@require_POST
@in_organization
def locks(request: OrganizationRequest) -> HttpResponse:
    """When what is signed locks."""
    try:
        hours = int(request.POST.get("lock_hours", ""))
        acknowledged = "locks_when_acknowledged" in request.POST
        set_lock_rules(request.active, hours, acknowledged, request.user)
    except ValueError:
        return _policy_page(request, f"A report locks after 0 to {LOCK_HOURS[-1]} hours.")
    return redirect("reading-policy")


def _policy_page(request: OrganizationRequest, problem: str = "") -> HttpResponse:
    context = {
        "choices": ReadFirst.choices,
        "chosen": policy_here(),
        "minutes": critical_minutes(),
        "allowed": CRITICAL_MINUTES,
        "documents": EhrDocument.choices,
        "sent": ehr_document(),
        "lock_rules": lock_rules(),
        "longest_hours": LOCK_HOURS[-1],
        "problem": problem,
    }
    return render(request, "web/room/policy.html", context, status=400 if problem else 200)
