"""Ways in and out for platform staff, and the pages on which access is watched."""

from collections.abc import Callable

from django.contrib import admin
from django.http import HttpResponse
from django.urls import URLPattern, path

from apps.web.views import access_review, entry, offboarding, onboarding, platform, visits


def _page(address: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
    return path(address, admin.site.admin_view(view), name=name)


urlpatterns = [
    _page("organizations/<uuid:organization_id>/enter", entry.enter, "enter-organization"),
    _page("organizations/leave", entry.leave, "leave-organization"),
    _page("platform/entries", entry.listed, "platform-entries"),
    _page("platform/entries/<uuid:entry_id>/approve", entry.approve, "approve-entry"),
    _page("platform/entries/<uuid:entry_id>/refuse", entry.refuse, "refuse-entry"),
    _page("platform/entries/<uuid:entry_id>/use", entry.use, "use-entry"),
    _page("platform/entries/<uuid:entry_id>/review", entry.review, "review-entry"),
    _page("platform/onboarding", onboarding.onboarding, "onboarding"),
    _page("platform/onboarding/<uuid:organization_id>/file", onboarding.file, "onboarding-file"),
    _page("platform/onboarding/<uuid:organization_id>/canary", onboarding.canary, "send-canary"),
    _page("platform/access-review", access_review.everywhere, "access-reviews"),
    _page("platform/access-review/file", access_review.everywhere_exported, "access-reviews-file"),
    _page("platform/queues", platform.queues, "platform-queues"),
    _page("platform/audit", platform.chains, "audit-chains"),
    _page("platform/audit/<uuid:organization_id>", platform.verify, "verify-chain"),
    _page("platform/offboarding", offboarding.listed, "offboardings"),
    _page("platform/offboarding/<uuid:organization_id>", offboarding.asked, "ask-offboarding"),
    _page("platform/offboarding/<uuid:organization_id>/close", offboarding.closed, "close-doors"),
    _page(
        "platform/offboardings/<uuid:offboarding_id>/approve",
        offboarding.approved,
        "approve-offboarding",
    ),
    _page(
        "platform/offboardings/<uuid:offboarding_id>/refuse",
        offboarding.refused,
        "refuse-offboarding",
    ),
    _page("access/platform", visits.listed, "visits"),
    _page("access/platform/<uuid:entry_id>", visits.shown, "visit"),
    _page("access/platform/<uuid:entry_id>/file", visits.exported, "export-visit"),
    _page("access/platform/<uuid:entry_id>/end", visits.end, "end-visit"),
    _page("access/review", access_review.shown, "access-review"),
    _page("access/review/sign-off", access_review.signed_off, "sign-off-access"),
    _page("access/review/file", access_review.exported, "access-review-file"),
    _page("access/review/<uuid:person_id>", access_review.decided, "decide-access"),
]
