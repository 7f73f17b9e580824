"""Organizations that leave, in the administration: what is exported, who asked, who approves."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core.errors import PermanentError, RetryableError
from apps.tenants.access import OnPlatform
from apps.tenants.models import User
from apps.web.offboarding import departure
from apps.web.offboarding.doors import close_doors
from apps.web.offboarding.overview import (
    Leaving,
    get_offboarding_to_decide,
    get_organization_to_offboard,
    leaving,
    overview,
)

ABOUT = (
    "manage.py export_organization writes and proves the export; what happens after it is listed"
    " here. A second person approves; then the doors are closed, the keys destroyed and the claims"
    " released. There is no way back."
)
NOTE = "Newest export: {}. A second person of the platform approves what you ask for here."
CLOSING = (
    "Everybody is signed out at once; no file is taken, no report delivered, no program answered."
    " Nothing is lost: onboarding the organization again opens it."
)
NO_EXPORT = "none; run manage.py export_organization first"


class AskForm(forms.Form):
    reason = forms.CharField(
        min_length=10, max_length=200, help_text="Why it leaves. Write no patient data."
    )
    without_export = forms.BooleanField(
        required=False,
        label="Without an export",
        help_text="Nothing is kept for the customer; the reason must say why.",
    )

    def __init__(self, found: Leaving, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("without_export") and not self.found.is_whole:
            raise forms.ValidationError("The newest export does not hold the last change.")
        return cleaned


def _platform(request: HttpRequest) -> OnPlatform | None:
    return getattr(request, "platform", None)


@require_safe
@transaction.non_atomic_requests
def listed(request: HttpRequest) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": "Offboarding",
        "about": ABOUT,
        "rows": overview(_platform(request)),
    }
    return TemplateResponse(request, "admin/offboardings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.non_atomic_requests
def asked(request: HttpRequest, organization_id: uuid.UUID) -> HttpResponse:
    organization = get_organization_to_offboard(_platform(request), organization_id)
    found = leaving(organization)
    form = AskForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        export = None if form.cleaned_data["without_export"] else found.export
        person, reason = cast(User, request.user), form.cleaned_data["reason"]
        return _done(
            request,
            lambda: departure.ask(organization, by=person, reason=reason, export=export),
            "Asked. A second person of the platform approves.",
        )
    context = {
        **admin.site.each_context(request),
        "title": f"Offboard {organization}",
        "form": form,
        "note": NOTE.format(found.export or NO_EXPORT),
        "button": "Ask for the offboarding",
    }
    return TemplateResponse(request, "admin/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.non_atomic_requests
def closed(request: HttpRequest, organization_id: uuid.UUID) -> HttpResponse:
    organization = get_organization_to_offboard(_platform(request), organization_id)
    if request.method == "POST":
        return _done(
            request,
            lambda: close_doors(organization, by=cast(User, request.user)),
            f"{organization}: the doors are closed. Export it now.",
        )
    context = {
        **admin.site.each_context(request),
        "title": f"Close the doors of {organization} ({organization.slug})",
        "form": forms.Form(),
        "note": CLOSING,
        "button": "Close the doors now",
    }
    return TemplateResponse(request, "admin/form.html", context)


@require_POST
@transaction.non_atomic_requests
def approved(request: HttpRequest, offboarding_id: uuid.UUID) -> HttpResponse:
    """Approved and carried out; after an interruption the same button goes on."""
    row = get_offboarding_to_decide(_platform(request), offboarding_id)

    def leave() -> None:
        departure.approve(row, by=cast(User, request.user))
        departure.carry_out(row)

    return _done(request, leave, f"{row.organization} is offboarded.")


@require_POST
@transaction.non_atomic_requests
def refused(request: HttpRequest, offboarding_id: uuid.UUID) -> HttpResponse:
    row = get_offboarding_to_decide(_platform(request), offboarding_id)
    return _done(
        request,
        lambda: departure.refuse(row, by=cast(User, request.user)),
        "Refused. Nothing was destroyed.",
    )


def _done(request: HttpRequest, act: Callable[[], object], words: str) -> HttpResponse:
    """Back to the list, with what was done or why it was not."""
    try:
        act()
    except (PermanentError, RetryableError) as error:
        messages.error(request, f"Not possible: {error}.")
    else:
        messages.success(request, words)
    return redirect("offboardings")
