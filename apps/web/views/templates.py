"""Templates of report texts: written, taken away, and filled with a recording's numbers."""

from __future__ import annotations

import uuid

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from apps.reports import own_library, queries
from apps.reports.templates import PLACES, BadTemplate
from apps.tenants.queries import permit
from apps.web.guard import OrganizationRequest, in_organization


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def templates(request: OrganizationRequest) -> HttpResponse:
    """One's own and the organization's; a new one."""
    permit(request.active, "use_templates")
    if request.method != "POST":
        return _page(request)
    given = request.POST
    try:
        own_library.save_template(
            request.active,
            request.user,
            name=given.get("name", ""),
            body=given.get("body", ""),
            is_shared=given.get("whose") == "organization",
            now=timezone.now(),
        )
    except BadTemplate as refused:
        return _page(request, str(refused))
    return redirect("templates")


@require_POST
@in_organization
def change(request: OrganizationRequest, template_id: uuid.UUID) -> HttpResponse:
    """Another text, or taken away."""
    found = own_library.get_template_to_change(request.active, request.user, template_id)
    given, now = request.POST, timezone.now()
    if given.get("do") == "retire":
        own_library.retire_template(found, request.user, now)
        return redirect("templates")
    try:
        own_library.save_template(
            request.active,
            request.user,
            name=given.get("name", ""),
            body=given.get("body", ""),
            is_shared=found.owner_id is None,
            template=found,
            now=now,
        )
    except BadTemplate as refused:
        return _page(request, str(refused), changed=found.public_id)
    return redirect("templates")


@require_POST
@in_organization
def fill(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """A template's text with the numbers of the report's recording."""
    report = queries.get_report_to_edit(request.active, report_id)
    try:
        wanted = uuid.UUID(request.POST.get("template", ""))
    except ValueError:
        return JsonResponse({"message": "Choose a template."}, status=400)
    template = own_library.get_template_to_fill(request.active, request.user, wanted)
    return JsonResponse({"text": own_library.filled(template, report, request.user)})


def _page(
    request: OrganizationRequest, problem: str = "", changed: uuid.UUID | None = None
) -> HttpResponse:
    """What was refused stands in its form as it was typed."""
    shares = request.active.may("change_templates")
    context = {
        "rows": own_library.templates_for(request.user),
        "shares": shares,
        "places": PLACES.items(),
        "problem": problem,
        "changed": changed,
        "typed": request.POST if problem else {},
    }
    return render(request, "web/room/templates.html", context, status=400 if problem else 200)
