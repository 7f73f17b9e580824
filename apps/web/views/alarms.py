"""What is wrong in the organization, and who looks after it."""

from __future__ import annotations

import uuid
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from apps.audit import alarm_queries, alarms
from apps.tenants.queries import permit
from apps.web.context import frame_of
from apps.web.guard import OrganizationRequest, in_organization


@require_safe
@in_organization
def alarm_list(request: OrganizationRequest) -> HttpResponse:
    permit(request.active, "handle_alarms")
    frame = frame_of(request)
    assert frame is not None
    context = {
        "open": alarm_queries.open_alarms(),
        "past": alarm_queries.past_alarms(),
        "zone": ZoneInfo(frame.place.organization.time_zone),
    }
    return render(request, "web/alarms.html", context)


@require_POST
@in_organization
def alarm(request: OrganizationRequest, alarm_id: uuid.UUID) -> HttpResponse:
    """`do` is acknowledge or resolve; a standing alarm resolves itself and only itself."""
    permit(request.active, "handle_alarms")
    found = alarm_queries.get_alarm(alarm_id)
    if request.POST.get("do") == "resolve" and not found.kind.is_standing:
        alarms.resolve_alarm(found.code, found.subject, by=request.user)
    else:
        alarms.acknowledge(found, by=request.user)
    return redirect("alarms")
