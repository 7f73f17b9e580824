"""The audit trail of an organization: read by person, patient, report, time; exported signed."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from apps.audit import actions as audit
from apps.audit.anchors.store import anchor_store
from apps.audit.codes import CODES
from apps.audit.export import BrokenChain, NothingToExport, write_export
from apps.audit.timeline import span_of
from apps.tenants.queries import permit
from apps.web import trail as queries
from apps.web.context import frame_of
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.trail import VIEW, Wanted, moments
from apps.web.trail_rows import address, rows_of
from apps.web.trail_state import Standing, standing_at
from apps.web.worklist import name_in

MOST_EXPORTED = 100_000
FILTERS = ("actor", "patient", "report", "account", "code", "since", "until")


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def trail(request: OrganizationRequest) -> HttpResponse:
    """A page of events; a posted record number leads to its patient, and is in no address."""
    permit(request.active, VIEW)
    if request.method == "POST":
        return _find_patient(request)
    return _page(request, _wanted(request))


def _find_patient(request: OrganizationRequest) -> HttpResponse:
    found = queries.patients_numbered(request.active, request.POST.get("mrn", "").strip())
    if len(found) == 1:
        return redirect(reverse("audit") + address(Wanted(patient=found[0])))
    words = "Several patients have that number." if found else "No patient here has that number."
    return _page(request, Wanted(), problem=words, found=found, status=404)


def _wanted(request: OrganizationRequest) -> Wanted:
    """Raises Http404 for a patient, report or person that is not this organization's."""
    asked, active = request.GET, request.active
    rows: dict[str, Any] = {}
    for key, get in (
        ("actor", queries.get_person_to_audit),
        ("account", queries.get_person_to_audit),
        ("patient", queries.get_patient_to_audit),
        ("report", queries.get_report_to_audit),
    ):
        name = name_in(asked.get(key))
        rows[key] = get(active, name) if name else None
    code = asked.get("code", "")
    return Wanted(
        **rows,
        code=code if code in CODES else "",
        since=_day(asked, "since"),
        until=_day(asked, "until"),
    )


def _day(asked: QueryDict, key: str) -> dt.date | None:
    """None for what is no day of this era."""
    try:
        day = dt.date.fromisoformat(asked.get(key, ""))
    except ValueError:
        return None
    return day if 1900 < day.year < 9000 else None


def _below(asked: QueryDict) -> int | None:
    text = asked.get("below", "")
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 19 else None


def _zone(request: OrganizationRequest) -> ZoneInfo:
    frame = frame_of(request)
    assert frame is not None
    return ZoneInfo(frame.place.organization.time_zone)


def _page(
    request: OrganizationRequest, wanted: Wanted, *, status: int = 200, **words: Any
) -> HttpResponse:
    zone, below = _zone(request), _below(request.GET)
    page = queries.trail(request.active, wanted, zone, below)
    audit.record(
        "audit.trail.viewed",
        wanted.subject,
        actor=request.user,
        page="trail",
        count=len(page.events),
        filters=[key for key in FILTERS if getattr(wanted, key)],
    )
    context = {
        "rows": rows_of(request.active, page.events),
        "wanted": wanted,
        "chips": _chips(request, wanted),
        "people": queries.people(request.active),
        "codes": sorted(CODES.items(), key=lambda item: item[1]),
        "zone": zone,
        "standing": _standing(wanted, zone),
        "next": address(wanted, below=page.below) if page.below else "",
        "first": (address(wanted) or "?") if below is not None else "",
        "today": dt.datetime.now(zone).date(),
        **words,
    }
    return render(request, "web/audit.html", context, status=status)


def _standing(wanted: Wanted, zone: ZoneInfo) -> Standing | None:
    """Of the report that is asked about, at the end of the last day that is."""
    if wanted.report is None:
        return None
    now = timezone.now()
    _, end = moments(None, wanted.until, zone)
    return standing_at(wanted.report, min(end, now) if end else now)


def _chips(request: OrganizationRequest, wanted: Wanted) -> list[tuple[str, str]]:
    """Each filter in words, and the address without it."""
    patient = wanted.patient
    names = request.active.may("view_recordings")
    labels = {
        "actor": f"By {wanted.actor}" if wanted.actor else "",
        "account": f"About the account of {wanted.account}" if wanted.account else "",
        "patient": f"Patient {patient.display_name if names else patient.public_id}"
        if patient
        else "",
        "report": f"Report {str(wanted.report.public_id)[:8]}" if wanted.report else "",
        "code": CODES.get(wanted.code, ""),
        "since": f"From {wanted.since}" if wanted.since else "",
        "until": f"To {wanted.until}" if wanted.until else "",
    }
    here = reverse("audit")
    return [(text, here + address(wanted, **{key: ""})) for key, text in labels.items() if text]


@require_POST
@in_organization
def export(request: OrganizationRequest) -> HttpResponse:
    """All events of the days, in one signed file; the reason is on the record."""
    permit(request.active, "export_audit_trail")
    since, until = moments(_day(request.POST, "since"), _day(request.POST, "until"), _zone(request))
    reason = " ".join(request.POST.get("reason", "").split())[:200]
    if not (since and until and reason):
        return _refused(request, "Say from which day to which, and why.")
    if len(span_of(since, until)) > MOST_EXPORTED:
        return _refused(request, f"More than {MOST_EXPORTED:,} events: choose fewer days.")
    try:
        file = io.BytesIO()
        done = write_export(file, since, until, anchor_store())
    except NothingToExport:
        return _refused(request, "Nothing happened in those days.")
    except BrokenChain as broken:
        return _refused(request, f"Nothing was exported, for the trail is damaged: {broken}.", 409)
    except OSError:
        return _refused(request, "The anchors cannot be read. Try again later.", 503)
    audit.record(
        "audit.trail.exported",
        actor=request.user,
        since=since.isoformat(),
        until=until.isoformat(),
        count=done.events,
        sha256=done.sha256,
        reason=reason,
    )
    named = f'attachment; filename="audit-{done.first}-{done.last}.zip"'
    headers = {"Content-Disposition": named}
    return HttpResponse(file.getvalue(), content_type="application/zip", headers=headers)


def _refused(request: OrganizationRequest, words: str, status: int = 400) -> HttpResponse:
    return _page(request, Wanted(), problem=words, status=status)
