"""Break-glass from the platform's side: ask, approve, go in, leave, review afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit.admin_base import may
from apps.tenants import entries
from apps.tenants.access import OnPlatform
from apps.tenants.entry_queries import get_entry_to_decide, get_entry_to_use, platform_entries
from apps.tenants.models import EmergencyAccess, Organization, User
from apps.web import entry

NOTE = (
    "A second person of the platform approves this. You then have 15 minutes to go in and 30"
    " minutes inside, to read only. The organization sees who is there and why; its administrators"
    " are told at once and may end it. Write no patient data."
)
EMERGENCY = "Enter without approval. A second person reviews it within 24 hours."


class EntryForm(forms.Form):
    """`emergency` is there where the organization allows it."""

    category = forms.ChoiceField(
        choices=EmergencyAccess.Category.choices, help_text="The kind of need."
    )
    reason = forms.CharField(
        min_length=20,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What is wrong or asked for, and by whom: 20 characters or more.",
    )
    ticket = forms.CharField(max_length=64, help_text="The case this belongs to.")
    emergency = forms.BooleanField(required=False, label="Emergency", help_text=EMERGENCY)

    def __init__(self, organization: Organization, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not organization.allows_emergency_entry:
            del self.fields["emergency"]

    def clean_reason(self) -> str:
        reason = " ".join(self.cleaned_data["reason"].split())
        if len(reason) < 20:
            raise forms.ValidationError("Say in 20 characters or more why.")
        return reason

    def need(self) -> entries.Need:
        given = self.cleaned_data
        return entries.Need(given["category"], given["reason"], given["ticket"])


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.non_atomic_requests
def enter(request: HttpRequest, organization_id: uuid.UUID) -> HttpResponse:
    """A request for entry; another organization is left first."""
    if not may(request, "ask_entry"):
        raise PermissionDenied
    organization = entry.organization_named(organization_id)
    if organization is None:
        raise Http404
    form = EntryForm(organization, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _ask(request, organization, form)
    context = {
        **admin.site.each_context(request),
        "title": f"Ask to enter {organization}",
        "form": form,
        "note": NOTE,
        "button": "Ask to enter",
    }
    return TemplateResponse(request, "admin/form.html", context)


def _ask(request: HttpRequest, organization: Organization, form: EntryForm) -> HttpResponse:
    person, need = cast(User, request.user), form.need()
    try:
        if form.cleaned_data.get("emergency"):
            entry.go_in(request, entries.ask_in_an_emergency(organization, person, need))
            return redirect("admin:index")
        entries.ask(organization, person, need)
    except entries.NotNow as not_now:
        messages.error(request, str(not_now))
    else:
        messages.success(request, "Asked. A second person of the platform decides.")
    return redirect("platform-entries")


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Every entry: what waits for somebody first."""
    platform: OnPlatform | None = getattr(request, "platform", None)
    entries_of_all = platform_entries(platform)
    assert platform is not None
    context = {
        **admin.site.each_context(request),
        "title": "Entries to organizations",
        "about": "Requests, visits and reviews of all organizations; no patient data.",
        "entries": entries_of_all,
        "may_ask": platform.may("ask_entry"),
        "may_decide": platform.may("approve_entry"),
    }
    return TemplateResponse(request, "admin/entries.html", context)


@require_POST
@transaction.non_atomic_requests
def approve(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    return _decided(request, entry_id, entries.approve, "Approved for the next 15 minutes.")


@require_POST
@transaction.non_atomic_requests
def refuse(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    return _decided(request, entry_id, entries.refuse, "Refused.")


@require_POST
@transaction.non_atomic_requests
def review(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    """Of an emergency entry; what was found is said in words."""
    note = " ".join(request.POST.get("note", "").split())

    def looked_at(row: EmergencyAccess, by: User) -> EmergencyAccess:
        if not 10 <= len(note) <= 400:
            raise entries.NotNow("Say in 10 to 400 characters what you found.")
        return entries.review(row, by, note)

    return _decided(request, entry_id, looked_at, "Reviewed.")


def _decided(
    request: HttpRequest,
    entry_id: uuid.UUID,
    decide: Callable[[EmergencyAccess, User], EmergencyAccess],
    words: str,
) -> HttpResponse:
    found = get_entry_to_decide(getattr(request, "platform", None), entry_id)
    try:
        decide(found, cast(User, request.user))
    except entries.NotNow as not_now:
        messages.error(request, str(not_now))
    else:
        messages.success(request, words)
    return redirect("platform-entries")


@require_POST
@transaction.non_atomic_requests
def use(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    """Go in by an approved request of one's own."""
    found = get_entry_to_use(getattr(request, "platform", None), entry_id)
    try:
        entry.go_in(request, entries.use(found, cast(User, request.user)))
    except entries.NotNow as not_now:
        messages.error(request, str(not_now))
        return redirect("platform-entries")
    return redirect("admin:index")


@require_POST
@transaction.non_atomic_requests
def leave(request: HttpRequest) -> HttpResponse:
    active = getattr(request, "active", None)
    if active is not None and active.entered:
        entry.leave(request)
        messages.info(request, "You left the organization.")
    return redirect("admin:index")
