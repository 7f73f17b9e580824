"""Limits of an organization at its doors: read by its administrator, set by platform staff."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator

from apps.audit.admin_base import ConfigurationAdmin, may, on_platform
from apps.core.scope import organization_scope
from apps.tenants.model_limits import ORGANIZATIONS_OWN
from apps.tenants.models import PLATFORM_SLUG, Organization, RateLimit


class LimitForm(forms.Form):
    organization = forms.ModelChoiceField(Organization.objects.none())
    door = forms.ChoiceField(choices=[(door.value, door.label) for door in ORGANIZATIONS_OWN])
    per_minute = forms.IntegerField(min_value=1, help_text="Requests a minute.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Organization.objects.using("platform").exclude(slug=PLATFORM_SLUG)
        chosen: Any = self.fields["organization"]
        chosen.queryset = rows.order_by("name")


@admin.register(RateLimit)
class RateLimitAdmin(ConfigurationAdmin):
    title = "Limits"
    when_empty = "No limits of its own, so the installation's hold."
    viewing, changing = "view_limits", "change_limits"
    list_display = ("door", "per_minute")
    list_select_related = ("organization",)
    ordering = ("door", "id")

    def about_for(self, request: HttpRequest) -> str:
        usual = settings.LIMITS_PER_MINUTE
        said = ", ".join(f"{door.label} {usual[door]}" for door in ORGANIZATIONS_OWN)
        return f"Requests a minute where they differ from the installation's: {said}."

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody raises a limit of their own."""
        return on_platform(request) and may(request, self.changing)

    @method_decorator(transaction.non_atomic_requests)
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = LimitForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            self._set(request, **form.cleaned_data)
            return redirect("admin:tenants_ratelimit_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": "Set a limit",
            "heading": self.title,
            "opts": self.opts,
            "form": form,
            "button": "Set",
        }
        return TemplateResponse(request, "admin/form.html", context)

    def _set(
        self, request: HttpRequest, organization: Organization, door: str, per_minute: int
    ) -> None:
        """In the organization's own scope and trail; one that is there is changed."""
        with organization_scope(organization.pk), transaction.atomic():
            row, _ = RateLimit.objects.update_or_create(
                organization=organization, door=door, defaults={"per_minute": per_minute}
            )
            self._record(request, "web.admin.changed", row, field="per_minute")
        self.message_user(request, f"{row} holds from now on.", messages.SUCCESS)
