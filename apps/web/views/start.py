"""The first page of people whose role reads no ECGs: what it may do, and what not."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.web.admin_pages import links_for
from apps.web.guard import OrganizationRequest, in_organization

WORDS = {
    "researcher": "Researchers work with data in which no patient can be recognised. No such data"
    " set has been released to this organization's researchers yet; patients and recordings are"
    " not shown to this role.",
    "labeler": "Labelers mark up tracings that were prepared for it. Nothing has been prepared"
    " here yet; patients and recordings are not shown to this role.",
    "auditor": "Auditors read who did what. They see record numbers of the platform's own, never"
    " a name, a tracing or the text of a report.",
    "billing": "Billing sees prices and charges, and no patient.",
}


@require_safe
@in_organization
def start(request: OrganizationRequest) -> HttpResponse:
    if request.active.may("view_recordings"):
        return redirect("worklist")
    context = {
        "words": WORDS.get(request.active.role, "Nothing is open to this role."),
        "links": links_for(request),
    }
    return render(request, "web/start.html", context)
