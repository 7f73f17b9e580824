"""Organizations and their sites; people, programs and limits are in modules of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from apps.audit.actions import record_alone
from apps.audit.admin_base import ConfigurationAdmin, inside, may, on_platform
from apps.core.scope import organization_scope
from apps.tenants import (  # noqa: F401 - register their pages
    admin_api,
    admin_identity,
    admin_inbound,
    admin_invitations,
    admin_keys,
    admin_limits,
    admin_people,
    admin_platform,
    admin_proofs,
    admin_storage,
)
from apps.tenants.actions import provision_organization
from apps.tenants.admin_forms import NewOrganizationForm
from apps.tenants.models import PLATFORM_SLUG, Organization, Site


@admin.register(Organization)
class OrganizationAdmin(ConfigurationAdmin):
    """Platform staff onboard organizations; each is changed in its own scope and trail."""

    viewing, changing = "view_organization", "change_organization"
    when_empty = "No organization yet. Add the first."
    editable = (
        "name",
        "time_zone",
        "assigning_authority",
        "second_factor_required",
        "signatures_required",
        "allows_emergency_entry",
    )
    list_filter = ("type", "region", "is_live")
    search = ("slug*", "name*", "public_id")
    search_help_text = "The beginning of a name, or a public id."
    ordering = ("name",)

    def title_for(self, request: HttpRequest) -> str:
        return "Organization" if inside(request) else "Organizations"

    def about_for(self, request: HttpRequest) -> str:
        if inside(request):
            return "Its name, the zone of its days and who assigns its record numbers."
        return "Customers. Nothing crosses from one to another."

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request, "onboard_organization")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.changing)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Whether platform staff may come in without approval is for the organization to say."""
        fixed = list(super().get_readonly_fields(request, obj))
        allowed = may(request, "allow_emergency_entry")
        return fixed if allowed else [*fixed, "allows_emergency_entry"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        return super().get_queryset(request).exclude(slug=PLATFORM_SLUG)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        tools = [("From a file, or a test ECG", reverse("onboarding"))]
        shown = {"list_tools": tools if self.has_add_permission(request) else []}
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        names = ["name", "slug", "type", "region", "time_zone", "is_live", "created_at"]
        return self._shown([*names, "enter"] if may(request, "ask_entry") else names)

    @admin.display(description="")
    def enter(self, organization: Organization) -> str:
        if not organization.is_live:
            return "Not complete"
        address = reverse("enter-organization", args=[organization.public_id])
        return format_html('<a class="enter" href="{}">Ask to enter…</a>', address)

    @transaction.non_atomic_requests
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Two roles make an organization, so no one transaction may hold the whole."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = NewOrganizationForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            organization = provision_organization(form.wanted())
            record_alone(
                organization.pk, "web.admin.added", subject=organization, actor=request.user
            )
            self.message_user(request, f"{organization} is live.", messages.SUCCESS)
            return redirect("admin:tenants_organization_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": "Add an organization",
            "opts": self.opts,
            "form": form,
            "button": "Add and put live",
        }
        return TemplateResponse(request, "admin/form.html", context)

    @transaction.non_atomic_requests
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        with self._own_scope(request, object_id), transaction.atomic():
            return super().change_view(request, object_id, form_url, extra_context)

    @contextmanager
    def _own_scope(self, request: HttpRequest, object_id: str) -> Iterator[None]:
        if not on_platform(request):
            yield
            return
        organization = self.get_object(request, object_id)
        if organization is None:
            raise Http404
        with organization_scope(organization.pk):
            yield


@admin.register(Site)
class SiteAdmin(ConfigurationAdmin):
    viewing, changing = "view_sites", "change_sites"
    about = "Places of your organization: hospitals, clinics, wards."
    when_empty = "No sites yet. Add the place where ECGs are recorded."
    editable = addable = ("name", "time_zone")
    list_display = ("name", "time_zone")
    list_select_related = ("organization",)
    search = ("public_id", "name*")
    search_help_text = "The beginning of a name, or a public id."
    ordering = ("name", "id")
