"""How files come in: by path, site and device, what became of them, how fast, what waits."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.ingestion.figures import MOST, OUTCOMES, Coming, Line, coming_since
from apps.ingestion.models import Ingress
from apps.web.context import frame_of
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.times import span

WINDOWS = {"1": "Last hour", "24": "Last 24 hours", "168": "Last 7 days"}
USUAL = "24"


@require_safe
@in_organization
def ingestion(request: OrganizationRequest) -> HttpResponse:
    hours = request.GET.get("hours") or USUAL
    if hours not in WINDOWS:
        raise Http404
    now = timezone.now()
    coming = coming_since(request.active, now - dt.timedelta(hours=int(hours)))
    frame = frame_of(request)
    assert frame is not None
    context = {
        "hours": hours,
        "windows": WINDOWS.items(),
        "coming": coming,
        "most": MOST,
        "outcomes": [words for words, _ in OUTCOMES.values()],
        "tiles": [(name, line, f"{line.count / int(hours):.1f}") for name, line in _paths(coming)],
        "tables": [
            ("Path", _paths(coming)),
            ("Site", [(_name(line, "Not stated"), line) for line in coming.sites]),
            ("Device", [(_name(line, "Not stated by the file"), line) for line in coming.devices]),
        ],
        "queues": [
            (queue, span(now - queue.oldest if queue.oldest else None)) for queue in coming.queues
        ],
        "zone": ZoneInfo(frame.place.organization.time_zone),
    }
    return render(request, "web/ingestion.html", context)


def _paths(coming: Coming) -> list[tuple[str, Line]]:
    return [(Ingress.Source(line.name[0]).label, line) for line in coming.paths]


def _name(line: Line, otherwise: str) -> str:
    return " ".join(word for word in line.name if word) or otherwise
