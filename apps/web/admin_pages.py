"""Pages of the administration that are no table, and which of everything a role may open."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from apps.audit.admin_base import inside, may, on_platform


@dataclass(frozen=True, slots=True)
class Page:
    """`place`: whether it is of an organization or of the platform."""

    route: str
    name: str
    about: str
    action: str
    place: str

    @property
    def address(self) -> str:
        return reverse(self.route)


PAGES = (
    Page("visits", "Access by platform staff",
         "Who came in from the platform, why, with whose approval, and what was looked at.",
         "view_entries", "organization"),
    Page("access-review", "Access review",
         "Who has access, how long it was not used, kept or removed, signed off.",
         "view_access_review", "organization"),
    Page("platform-entries", "Entries to organizations",
         "Break-glass: asked for, approved by a second person, reviewed afterwards.",
         "view_platform_entries", "platform"),
    Page("onboarding", "Onboarding",
         "An organization from a small file: its plan, then made so; the file of one, a test ECG.",
         "onboard_organization", "platform"),
    Page("access-reviews", "Access review of all organizations",
         "People and roles of every organization and of the platform; no patient data.",
         "view_access_review", "platform"),
    Page("audit-chains", "Audit chains",
         "Proves that nothing was changed, removed or added in a trail.",
         "verify_audit", "platform"),
    Page("offboardings", "Offboarding",
         "Organizations that leave: exports, requests, a second person's approval.",
         "view_offboarding", "platform"),
    Page("platform-queues", "Queues",
         "How many rows wait, are in work or were given up, by organization.",
         "view_queue_counts", "platform"),
)  # fmt: skip


def pages_for(request: HttpRequest) -> list[Page]:
    here = {"organization": inside(request), "platform": on_platform(request)}
    return [page for page in PAGES if here[page.place] and may(request, page.action)]


def links_for(request: HttpRequest) -> list[dict[str, str]]:
    """Every page of the administration that is open to the asker."""
    if not may(request, "open_administration"):
        return []
    links = [
        {"name": model["name"], "about": model["about"], "address": model["admin_url"]}
        for group in admin.site.get_app_list(request)
        for model in group["models"]
    ]
    pages = pages_for(request)
    return links + [{"name": p.name, "about": p.about, "address": p.address} for p in pages]
