"""Platform staff and what each may do: a superuser gives roles, accounts say who is staff."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from apps.audit import actions as audit
from apps.audit.admin_base import ConfigurationAdmin, TenantForm, may, on_platform
from apps.core.scope import organization_scope
from apps.tenants.actions import platform_organization_id
from apps.tenants.models import PlatformRole, User


class PlatformRoleForm(TenantForm):
    class Meta:
        model = PlatformRole
        fields = ("user", "role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "user" in self.fields:
            held = PlatformRole.objects.values("user")
            staff = User.objects.filter(is_staff=True).exclude(pk__in=held)
            cast(forms.ModelChoiceField, self.fields["user"]).queryset = staff


@admin.register(PlatformRole)
class PlatformRoleAdmin(ConfigurationAdmin):
    title = "Platform staff"
    viewing, changing = "view_platform_staff", "change_platform_staff"
    about = "One role each. Without one a member of platform staff may do nothing."
    when_empty = "No roles yet: platform staff may do nothing."
    form = PlatformRoleForm
    editable = ("role",)
    addable = ("user", "role")
    list_display = ("user", "role", "given_by", "given_at")
    list_filter = ("role",)
    list_select_related = ("user", "given_by")
    search = ("user__email*", "user__full_name*")
    search_help_text = "The beginning of a name or an e-mail address."
    ordering = ("user__full_name", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PlatformRole]:
        """A table of no organization, read by the application's role."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = PlatformRole.objects.select_related("user", "given_by")
        return rows.order_by(*self.ordering)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return on_platform(request) and may(request, self.changing)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes the own role."""
        own = obj is not None and obj.user_id == request.user.pk
        return on_platform(request) and may(request, self.changing) and not own

    @transaction.non_atomic_requests
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        with _trail(request), transaction.atomic():
            return super().add_view(request, form_url, extra_context)

    @transaction.non_atomic_requests
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        with _trail(request), transaction.atomic():
            return super().change_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actor = cast(User, request.user)
        obj.given_by = actor
        super().save_model(request, obj, form, change)
        audit.record("tenants.platform.given", obj.user, actor=actor, role=obj.role)


@contextmanager
def _trail(request: HttpRequest) -> Iterator[None]:
    """What is changed here is on the platform's record. The page is for no organization."""
    if not on_platform(request):
        raise PermissionDenied
    with organization_scope(platform_organization_id()):
        yield
