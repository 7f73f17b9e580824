from __future__ import annotations

import uuid
from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit import actions as audit
from apps.ecg.models import Priority
from apps.reports import asked, presence, queries, saved_views
from apps.reports.counts import Counts, counts
from apps.reports.queries import BOUND
from apps.reports.reading_first import hidden_on_lists, policy
from apps.tenants.queries import permit, sites
from apps.web.context import bounded, frame_of
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.searching import address_of
from apps.web.worklist import STATUSES, WAITS, Chosen, chips, name_in, nothing_here, rows
from apps.web.worklist_html import row_html, rows_html

LONGEST_SEARCH = 80


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return redirect("worklist")


@require_safe
@in_organization
def worklist(request: OrganizationRequest) -> HttpResponse:
    """Open reports in priority order, a page at a time; filters are plain links and a form."""
    if not request.active.may("view_recordings"):
        return redirect("start")
    return _list(request, Chosen.from_query(request.GET), after=name_in(request.GET.get("after")))


@require_http_methods(["POST"])
@in_organization
def worklist_find(request: OrganizationRequest) -> HttpResponse:
    """The same list of patients by number or name, which stand in no address: the first page."""
    permit(request.active, "view_recordings")
    text = " ".join(request.POST.get("text", "").split())[:LONGEST_SEARCH].strip(" ,")
    return _list(request, Chosen.from_query(request.POST), text=text)


def _list(
    request: OrganizationRequest,
    chosen: Chosen,
    *,
    after: uuid.UUID | None = None,
    text: str = "",
    problem: str = "",
) -> HttpResponse:
    now, choice = timezone.now(), asked.choices(request.active, chosen.by)
    chosen = chosen if choice.chosen else replace(chosen, by=None)
    filters = chosen.filters(choice.sites, choice.chosen, request.user, now, text)
    frame = frame_of(request)
    assert frame is not None
    hidden = hidden_on_lists(request.active, frame.counts.read_first)
    page = queries.worklist(
        request.active, filters, after, frozenset() if filters.signed else hidden
    )
    shown = chips(chosen, filters)
    audit.record("ecg.worklist.viewed", actor=request.user, count=len(page.reports))
    context = {
        "rows": rows_html(rows(page.reports, request.user, now, active=request.active)),
        "chosen": chosen,
        "chips": shown,
        "choice": choice,
        "empty": nothing_here(chosen, filters),
        "statuses": STATUSES.items(),
        "priorities": Priority.choices,
        "waits": WAITS.items(),
        "text": text,
        "problem": problem,
        "more": bool(text and page.after),
        "next": chosen.address(after=page.after) if page.after and not text else "",
        "first": chosen.address() if after else "",
        **_views(request, chosen, frame.counts, new=0),
    }
    return render(request, "web/worklist.html", context, status=400 if problem else 200)


@require_POST
@in_organization
def take(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """Take from the list or give back; a script gets the row as it now is."""
    report = queries.get_report_to_edit(request.active, report_id)
    now = timezone.now()
    try:
        if request.POST.get("do") == "release":
            presence.release(report, request.user)
        else:
            presence.take(report, request.user, now)
    except presence.Taken:
        pass  # the row says whose it is
    if not request.headers.get("HX-Request"):
        return redirect("worklist")
    hidden = hidden_on_lists(request.active, policy())
    listed = queries.get_listed_report(request.active, report_id, hidden)
    audit.record("ecg.worklist.viewed", actor=request.user, count=1)
    (row,) = rows([listed], request.user, now, active=request.active)
    return HttpResponse(row_html(row, first=True))


@require_safe
@in_organization
def step(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """To the ECG of the next patient on the list, or of the one before; at its end, to the list."""
    report = queries.get_report_to_view(request.active, report_id)
    forward = request.GET.get("way") != "back"
    found = queries.beside_on_list(request.active, report, forward=forward)
    if found is None:
        return redirect("worklist")
    return redirect("recording", found.recording.public_id)


@require_POST
@in_organization
def save_view(request: OrganizationRequest) -> HttpResponse:
    """Keep the present filters under a name, or take a view of one's own away."""
    permit(request.active, "view_recordings")
    gone = name_in(request.POST.get("remove"))
    if gone is not None:
        if not saved_views.remove_view(gone, request.user, timezone.now()):
            raise Http404
        return redirect("worklist")
    chosen = Chosen.from_query(request.POST)
    try:
        saved_views.save_view(
            request.active.organization_id,
            request.user,
            name=request.POST.get("name", ""),
            query=chosen.address(),
            is_shared=request.POST.get("shared") == "1",
        )
    except ValueError:
        return _list(request, chosen, problem="The view needs a name.")
    except saved_views.TooMany:
        words = f"There are {saved_views.MOST} saved views already. Remove one first."
        return _list(request, chosen, problem=words)
    return redirect(reverse("worklist") + chosen.address())


@require_safe
@in_organization
def worklist_counts(request: OrganizationRequest) -> HttpResponse:
    """The views with their counts, and how many reports are new since the page was drawn."""
    chosen = Chosen.from_query(request.GET)
    asked_by = asked.requester_of(request.active, chosen.by)
    filters = chosen.filters(sites(request.active), asked_by, request.user, timezone.now())
    held = counts(request.active, request.user)
    seen = name_in(request.GET.get("seen"))
    new = 0 if chosen.status else queries.new_since(request.active, filters, seen)
    context = _views(request, chosen, held, new=new, seen=request.GET.get("seen", ""))
    return HttpResponse(render_to_string("web/worklist/_counts.html", context))


def _views(
    request: OrganizationRequest,
    chosen: Chosen,
    held: Counts,
    *,
    new: int,
    seen: str | None = None,
) -> dict[str, object]:
    """Newer reports are counted from the newest one at the time the page was drawn."""
    since = str(held.newest or "") if seen is None else seen
    stat = Priority.STAT.value
    only = chosen.narrowed
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
            "Prelims",
            Chosen(site=chosen.site, status="prelims"),
            bounded(held.handed_over),
            only == ["status"] and chosen.status == "prelims",
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
        ]
        + [
            {
                "name": view.name,
                "address": address_of(view),
                "count": "",
                "on": bool(only) and not view.search and view.query == chosen.address(),
                "mine": view.public_id if view.owner_id == request.user.pk else "",
            }
            for view in (saved_views.views_of(request.user) if held.views else ())
        ],
        "new": bounded(new) if new else "",
        "bound": BOUND,
        "poll": reverse("worklist-counts") + chosen.address(seen=since),
        "again": reverse("worklist") + chosen.address(),
        "to_read": bounded(held.to_read),
    }
