"""Entering an organization as platform staff, and leaving it."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST

from apps.audit.admin_base import on_platform
from apps.web import entry

NOTE = (
    "The reason and everything done inside are on the organization's audit trail, which its"
    " administrators read. Write no patient data. You have 30 minutes."
)


class EntryForm(forms.Form):
    reason = forms.CharField(
        min_length=10,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What is wrong or asked for, and by whom: 10 letters or more.",
    )

    def clean_reason(self) -> str:
        reason = " ".join(self.cleaned_data["reason"].split())
        if len(reason) < 10:
            raise forms.ValidationError("Say in 10 letters or more why.")
        return reason


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.non_atomic_requests
def enter(request: HttpRequest, organization_id: uuid.UUID) -> HttpResponse:
    """For platform staff in no organization; another one is left first."""
    if not on_platform(request):
        raise PermissionDenied
    organization = entry.organization_named(organization_id)
    if organization is None:
        raise Http404
    form = EntryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        entry.enter(request, organization, form.cleaned_data["reason"])
        return redirect("admin:index")
    context = {
        **admin.site.each_context(request),
        "title": f"Enter {organization}",
        "form": form,
        "note": NOTE,
        "button": "Enter for 30 minutes",
    }
    return TemplateResponse(request, "admin/form.html", context)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    active = getattr(request, "active", None)
    if active is not None and active.entered:
        entry.leave(request)
        messages.info(request, "You left the organization.")
    return redirect("admin:index")
