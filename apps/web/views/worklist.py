from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.audit import actions as audit
from apps.ecg.models import Priority
from apps.reports import queries
from apps.reports.queries import BOUND, Counts
from apps.tenants.queries import sites
from apps.web.context import bounded, frame_of
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.worklist import STATUSES, Chosen, chips, name_in, rows


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return redirect("worklist")


@require_safe
@in_organization
def worklist(request: OrganizationRequest) -> HttpResponse:
    """Open reports in priority order, a page at a time; filters are plain links and a form."""
    if not request.active.may("view_recordings"):
        return redirect("start")
    places = sites(request.active)
    chosen = Chosen.from_query(request.GET)
    filters = chosen.filters(places, request.user)
    after = name_in(request.GET.get("after"))
    page = queries.worklist(request.active, filters, after)
    frame = frame_of(request)
    assert frame is not None
    shown = chips(chosen, filters)
    audit.record("ecg.worklist.viewed", actor=request.user, count=len(page.reports))
    context = {
        "rows": rows(page.reports, request.user, timezone.now()),
        "chosen": chosen,
        "chips": shown,
        "sites": places,
        "statuses": STATUSES.items(),
        "priorities": Priority.choices,
        "next": chosen.address(after=page.after) if page.after else "",
        "first": chosen.address() if after else "",
        **_views(chosen, frame.counts, new=0),
    }
    return render(request, "web/worklist.html", context)


@require_safe
@in_organization
def worklist_counts(request: OrganizationRequest) -> HttpResponse:
    """The views with their counts, and how many reports are new since the page was drawn."""
    chosen = Chosen.from_query(request.GET)
    filters = chosen.filters(sites(request.active), request.user)
    held = queries.counts(request.active, request.user)
    seen = name_in(request.GET.get("seen"))
    new = 0 if chosen.status else queries.new_since(request.active, filters, seen)
    context = _views(chosen, held, new=new, seen=request.GET.get("seen", ""))
    return HttpResponse(render_to_string("web/worklist/_counts.html", context))


def _views(chosen: Chosen, held: Counts, *, new: int, seen: str | None = None) -> dict[str, object]:
    """Newer reports are counted from the newest one at the time the page was drawn."""
    since = str(held.newest or "") if seen is None else seen
    stat = Priority.STAT.value
    only = [name for name in ("status", "priority", "mine") if getattr(chosen, name)]
    views = [
        ("To read", Chosen(site=chosen.site), bounded(held.to_read), not only),
        ("Mine", Chosen(site=chosen.site, mine=True), bounded(held.mine), only == ["mine"]),
        (
            "STAT",
            Chosen(site=chosen.site, priority=stat),
            bounded(held.stat),
            only == ["priority"] and chosen.priority == stat,
        ),
        (
            "Signed",
            Chosen(site=chosen.site, status="signed"),
            "",
            only == ["status"] and chosen.status == "signed",
        ),
    ]
    return {
        "views": [
            {"name": name, "address": reverse("worklist") + to.address(), "count": count, "on": on}
            for name, to, count, on in views
        ],
        "new": bounded(new) if new else "",
        "bound": BOUND,
        "poll": reverse("worklist-counts") + chosen.address(seen=since),
        "again": reverse("worklist") + chosen.address(),
        "to_read": bounded(held.to_read),
    }
