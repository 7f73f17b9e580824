from __future__ import annotations

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from apps.audit import actions as audit
from apps.reports import saved_views
from apps.reports.search.grammar import parse
from apps.reports.search.listing import Found, context_for
from apps.reports.search.listing import search as search_ecgs
from apps.reports.search.parts import Parse
from apps.tenants.queries import permit
from apps.web.context import frame_of
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.searching import (
    EXAMPLES,
    Line,
    address_of,
    chips,
    found_rows,
    kinds,
    names_patient,
)
from apps.web.worklist import name_in


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def search(request: OrganizationRequest) -> HttpResponse:
    """A line of clinical words, posted: what is searched for may name a patient.

    Only saved searches, which name none, open by an address.
    """
    permit(request.active, "view_recordings")
    if request.method == "POST":
        after = name_in(request.POST.get("after"))
        return _page(request, Line.from_form(request.POST), after=after)
    named = name_in(request.GET.get("view"))
    if named is None:
        return _page(request, Line(""))
    view = saved_views.get_search_to_open(request.active, request.user, named)
    return _page(request, Line(view.search), title=view.name)


@require_POST
@in_organization
def save_view(request: OrganizationRequest) -> HttpResponse:
    """Keep a search under a name, in words of our own; a search for a patient is not kept."""
    permit(request.active, "view_recordings")
    line = Line.from_form(request.POST)
    wanted = _parsed(request, line)
    if names_patient(wanted):
        return _page(request, line, problem="A view names no patient. Remove the name or number.")
    if not wanted.clauses or wanted.contradictions:
        return _page(request, line, problem="There is nothing to save yet.")
    try:
        view = saved_views.save_view(
            request.active.organization_id,
            request.user,
            name=request.POST.get("name", ""),
            search=wanted.text,
            is_shared=request.POST.get("shared") == "1",
        )
    except ValueError:
        return _page(request, line, problem="The view needs a name.")
    except saved_views.TooMany:
        words = f"There are {saved_views.MOST} saved views already. Remove one first."
        return _page(request, line, problem=words)
    return redirect(address_of(view))


def _parsed(request: HttpRequest, line: Line) -> Parse:
    frame = frame_of(request)
    assert frame is not None
    return parse(line.text, context_for(frame.active, frame.place.organization))


def _page(
    request: OrganizationRequest,
    line: Line,
    *,
    after: object = None,
    title: str = "",
    problem: str = "",
) -> HttpResponse:
    frame = frame_of(request)
    assert frame is not None
    now, zone = timezone.now(), ZoneInfo(frame.place.organization.time_zone)
    wanted = _parsed(request, line)
    found = Found([], None)
    if wanted.clauses:
        found = search_ecgs(request.active, request.user, wanted, name_in(str(after or "")))
        count = len(found.reports)
        audit.record("reports.search.viewed", actor=request.user, count=count, kind=kinds(wanted))
    context = {
        "line": line.text,
        "title": title,
        "parse": wanted,
        "chips": chips(wanted),
        "rows": found_rows(found.reports, request.user, now, zone),
        "next": found.after,
        "paged": after is not None,
        "problem": problem,
        "examples": EXAMPLES,
        "saves": bool(wanted.clauses) and not wanted.contradictions and not names_patient(wanted),
    }
    return render(request, "web/search.html", context, status=400 if problem else 200)
