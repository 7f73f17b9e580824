"""The escalation ladder and who is on call, as the organization writes them down."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from apps.reports import on_call
from apps.reports.escalation import steps
from apps.reports.escalation_setup import BadStep, WantedStep, set_ladder, whom_of
from apps.reports.model_escalation import MOST_MINUTES, MOST_STEPS
from apps.reports.on_call import NotCovered
from apps.tenants.queries import permit
from apps.web.context import frame_of
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.ladder import choices

LEAST_ROWS, SPARE_ROWS = 3, 1


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def ladder(request: OrganizationRequest) -> HttpResponse:
    """Who is told of what nobody acknowledges, after how long; replaced whole."""
    permit(request.active, "change_escalation")
    if request.method != "POST":
        held = [
            WantedStep(whom_of(row), row.after_minutes, row.by_email, row.by_webhook)
            for row in steps().values()
        ]
        return _ladder_page(request, held)
    wanted = _wanted(request.POST)
    try:
        set_ladder(request.active, wanted, request.user)
    except BadStep as refused:
        return _ladder_page(request, wanted, f"Step {refused.number}: {refused}", refused.number)
    return redirect("escalation")


def _wanted(given: QueryDict) -> list[WantedStep]:
    """Rows without anybody are no steps; minutes that are no number are refused as -1."""
    return [
        WantedStep(
            whom=given.get(f"whom-{row}", ""),
            after_minutes=_minutes(given.get(f"after-{row}", "")),
            by_email=f"email-{row}" in given,
            by_webhook=f"webhook-{row}" in given,
        )
        for row in range(1, MOST_STEPS + 1)
        if given.get(f"whom-{row}")
    ]


def _minutes(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else -1


def _ladder_page(
    request: OrganizationRequest, held: list[WantedStep], problem: str = "", wrong: int = 0
) -> HttpResponse:
    count = min(MOST_STEPS, max(LEAST_ROWS, len(held) + SPARE_ROWS))
    rows = [
        {"number": number, "step": held[number - 1] if number <= len(held) else None}
        for number in range(1, count + 1)
    ]
    context = {
        "rows": rows,
        "choices": choices(request.active),
        "most_minutes": MOST_MINUTES,
        "problem": problem,
        "wrong": wrong,
    }
    return render(request, "web/room/ladder.html", context, status=400 if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def rota(request: OrganizationRequest) -> HttpResponse:
    """Who is on call now and next; an administrator begins a further list."""
    permit(request.active, "view_on_call")
    if request.method != "POST":
        return _rota_page(request)
    try:
        on_call.add_list(request.active, request.POST.get("name", ""), request.user)
    except NotCovered as refused:
        return _rota_page(request, str(refused))
    return redirect("on-call")


@require_POST
@in_organization
def cover(request: OrganizationRequest, list_id: uuid.UUID) -> HttpResponse:
    """An entry of the rota, or, where `from` is given, cover that is handed over."""
    duty = on_call.get_list_to_cover(request.active, list_id)
    given, now = request.POST, timezone.now()
    try:
        when = on_call.period(
            given.get("begins", ""), given.get("ends", ""), given.get("zone", ""), now
        )
        taker = _uuid(given.get("to", ""))
        if not given.get("from"):
            on_call.add_shift(request.active, duty, taker, when, request.user, now)
        else:
            on_call.hand_over(
                request.active,
                duty,
                from_whom=_uuid(given["from"]),
                to_whom=taker,
                when=when,
                by=request.user,
                now=now,
            )
    except NotCovered as refused:
        return _rota_page(request, f"{duty}: {refused}")
    return redirect("on-call")


@require_POST
@in_organization
def strike(request: OrganizationRequest, shift_id: uuid.UUID) -> HttpResponse:
    shift = on_call.get_shift_to_strike(request.active, request.user, shift_id)
    on_call.strike(shift, request.user, timezone.now())
    return redirect("on-call")


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotCovered("person", "Choose a person.") from None


def _rota_page(request: OrganizationRequest, problem: str = "") -> HttpResponse:
    now, frame = timezone.now(), frame_of(request)
    if frame is None:
        raise Http404
    duties = on_call.lists(request.active)
    shifts = on_call.to_come(duties, now)
    administers = request.active.may("change_on_call")
    zone = frame.place.site.time_zone if frame.place.site else frame.place.organization.time_zone
    context = {
        "duties": [_duty(duty, shifts, request, now) for duty in duties],
        "people": [row.user for row in on_call.members()],
        "zone_name": zone,
        "zone": ZoneInfo(zone),
        "administers": administers,
        "hands_over": request.active.may("hand_over"),
        "problem": problem,
    }
    return render(request, "web/room/on_call.html", context, status=400 if problem else 200)


def _duty(
    duty: on_call.OnCallList,
    shifts: list[on_call.OnCallShift],
    request: OrganizationRequest,
    now: dt.datetime,
) -> dict[str, Any]:
    administers, me = request.active.may("change_on_call"), request.user.pk
    here = [row for row in shifts if row.on_call_list_id == duty.pk]
    rows = [
        {
            "shift": row,
            "zone": ZoneInfo(row.time_zone),
            "is_now": row.begins_at <= now < row.ends_at,
            "is_past": row.ends_at <= now,
            "strikes": administers
            or (row.instead_of_id is not None and me in (row.person_id, row.instead_of_id)),
        }
        for row in here
    ]
    held = {row.person.public_id: row.person for row in here}
    return {
        "duty": duty,
        "now": on_call.on_call_now(duty, now),
        "rows": rows,
        "givers": list(held.values()),
    }
