"""Members of an organization and the accounts behind them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from apps.audit.admin_base import ConfigurationAdmin, inside, may, on_platform
from apps.core.scope import organization_scope
from apps.tenants.actions import platform_organization_id
from apps.tenants.admin_account import AccountTools
from apps.tenants.leaving import belongs_elsewhere
from apps.tenants.models import Membership, User


@admin.register(Membership)
class MembershipAdmin(ConfigurationAdmin):
    title = "Members"
    viewing, changing = "view_people", "change_people"
    about = (
        "Who may do what here. New people are invited. Deactivate a member who leaves; people are"
        " never deleted."
    )
    when_empty = "Nobody works here yet."
    editable = ("role", "site", "ends_on", "is_active")
    list_display = ("user", "email", "role", "site", "ends_on", "is_active")
    list_filter = ("role", "is_active")
    list_select_related = ("user", "site", "organization")
    search = ("user__email*", "user__full_name*")
    search_help_text = "The beginning of a name or an e-mail address."
    ordering = ("user__full_name", "id")

    @admin.display(description="e-mail")
    def email(self, membership: Membership) -> str:
        return membership.user.email

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody locks themselves out."""
        itself = obj is not None and obj.user_id == request.user.pk
        return super().has_change_permission(request, obj) and not itself

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        if "role" in form.changed_data:
            obj.given_by = cast(User, request.user)
        super().save_model(request, obj, form, change)


@admin.register(User)
class UserAdmin(AccountTools, ConfigurationAdmin):
    """An account of several organizations is changed by platform staff only."""

    title = "Accounts"
    viewing, changing = "view_people", "change_accounts"
    about = "Accounts of your members. What each may do is set under Members."
    when_empty = "Nobody works here yet. Invite people under Invitations."
    editable = ("full_name", "is_active", "is_staff")
    hidden = ("password", "is_superuser")
    list_display = ("full_name", "email", "is_active", "last_login")
    list_filter = ("is_active",)
    search = ("email*", "full_name*", "public_id")
    search_help_text = "The beginning of a name or an e-mail address, or a public id."
    ordering = ("full_name", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Users have no organization; inside one, its members only."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        people = User.objects.order_by(*self.ordering)
        return (
            people.filter(pk__in=Membership.objects.values("user")) if inside(request) else people
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not may(request, self.changing):
            return False
        if obj is None or obj.pk == request.user.pk:
            return obj is None
        if on_platform(request):
            return request.user.is_superuser or not obj.is_superuser
        active: Any = request.active  # type: ignore[attr-defined]
        return not belongs_elsewhere(obj, active.organization_id)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        names = [*self.list_display]
        return self._shown([*names, "is_staff"] if on_platform(request) else names)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        allowed = {"full_name", "is_active"}
        if may(request, "change_platform_staff"):
            allowed.add("is_staff")
        return [name for name in self.get_fields(request, obj) if name not in allowed]

    @transaction.non_atomic_requests
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        with _trail(request), transaction.atomic():
            return super().change_view(request, object_id, form_url, extra_context)


@contextmanager
def _trail(request: HttpRequest) -> Iterator[None]:
    """Accounts belong to no organization: platform staff's changes are on the platform's record."""
    if not on_platform(request):
        yield
        return
    with organization_scope(platform_organization_id()):
        yield
