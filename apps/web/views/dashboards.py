"""Dashboards of the organization: three views on the same figures, and each table as a file."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.core.csv_export import csv_bytes
from apps.reports.figures.queries import views_of
from apps.web import dashboards as shown
from apps.web.context import frame_of
from apps.web.guard import OrganizationRequest, in_organization


@require_safe
@in_organization
def dashboards(request: OrganizationRequest) -> HttpResponse:
    zone = _zone(request)
    today = timezone.now().astimezone(zone).date()
    try:
        wanted = shown.asked(request.active, request.GET.dict(), today)
    except shown.NotAskable as problem:
        usual = {key: request.GET.get(key, "") for key in ("view", "site")}
        wanted = shown.asked(request.active, usual, today)
        context = _context(request, wanted, zone) | {"problem": str(problem)}
        return render(request, "web/dashboards.html", context, status=400)
    return render(request, "web/dashboards.html", _context(request, wanted, zone))


def _context(request: OrganizationRequest, wanted: shown.Asked, zone: ZoneInfo) -> dict[str, Any]:
    figures = shown.figures_asked(request.active, wanted)
    today = timezone.now().astimezone(zone).date()
    spans = [(length, shown.usual_span(today, length)) for length in shown.LENGTHS]
    return {
        "wanted": wanted,
        "charts": [
            (chart, wanted.address(chart=chart.topic.name))
            for chart in shown.charts_of(wanted, figures)
        ],
        "counted_at": figures.counted_at,
        "views": [
            (view, shown.WORDS[view], wanted.address(view=view))
            for view in views_of(request.active)
        ],
        "lengths": [(length, span == wanted.span, _days(wanted, span)) for length, span in spans],
        "sites": [(site, wanted.address(site=str(site.public_id))) for site in wanted.sites],
        "every_site": wanted.address(site=""),
        "zone": zone,
        "today": today,
    }


def _days(wanted: shown.Asked, span: shown.Span) -> str:
    return wanted.address(since=span.first.isoformat(), until=span.last.isoformat())


@require_safe
@in_organization
def table(request: OrganizationRequest) -> HttpResponse:
    """The table of one chart as CSV; the days as the page shows them."""
    today = timezone.now().astimezone(_zone(request)).date()
    try:
        wanted = shown.asked(request.active, request.GET.dict(), today)
    except shown.NotAskable as problem:
        return HttpResponse(str(problem), status=400, content_type="text/plain; charset=utf-8")
    topic = shown.topic_named(wanted, request.GET.get("chart") or "volume")
    head, rows = shown.table_of(topic, wanted, shown.figures_asked(request.active, wanted))
    name = f"{topic.name}-{wanted.span.first}-{wanted.span.last}.csv"
    return HttpResponse(
        csv_bytes(head, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _zone(request: OrganizationRequest) -> ZoneInfo:
    """The organization's: a day is a day there."""
    frame = frame_of(request)
    assert frame is not None
    return ZoneInfo(frame.place.organization.time_zone)
