"""Members of an organization and the accounts behind them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from apps.audit.admin_base import ConfigurationAdmin, inside, may, on_platform
from apps.core.scope import organization_scope
from apps.tenants.actions import get_or_create_user, platform_organization_id
from apps.tenants.admin_account import AccountTools
from apps.tenants.admin_forms import InviteForm
from apps.tenants.leaving import belongs_elsewhere
from apps.tenants.models import Membership, User


@admin.register(Membership)
class MembershipAdmin(ConfigurationAdmin):
    title = "Members"
    viewing, changing = "view_people", "change_people"
    about = "Who may do what here. Deactivate a member who leaves; people are never deleted."
    when_empty = "Nobody works here yet. Invite the first administrator."
    editable = ("role", "site", "ends_on", "is_active")
    addable = ("full_name", "email", "password", "role", "site", "ends_on")
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

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any):
        if obj is None:
            kwargs["form"] = InviteForm
        return super().get_form(request, obj, change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        given = form.cleaned_data
        if not change:
            obj.user = get_or_create_user(given["email"], given["full_name"], given["password"])
        if not change or "role" in form.changed_data:
            obj.given_by = cast(User, request.user)
        super().save_model(request, obj, form, change)


def is_first_administrator(user: User) -> bool:
    """Never signed in, without a password, in organizations no administrator has signed in to."""
    if user.is_staff or user.has_usable_password() or user.last_login is not None:
        return False
    rows = Membership.objects.db_manager("platform").filter(is_active=True)
    administrators = rows.filter(role=Membership.Role.ADMINISTRATOR)
    places = list(administrators.filter(user_id=user.pk).values_list("organization_id", flat=True))
    settled = administrators.filter(organization_id__in=places, user__last_login__isnull=False)
    of_nothing_else = rows.filter(user_id=user.pk).count() == len(places)
    return bool(places) and of_nothing_else and not settled.exists()


@admin.register(User)
class UserAdmin(AccountTools, ConfigurationAdmin):
    """An account of several organizations is changed by platform staff only."""

    title = "Accounts"
    viewing, changing = "view_people", "change_accounts"
    about = "Accounts of your members. What each may do is set under Members."
    when_empty = "Nobody works here yet. Invite the first administrator under Members."
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

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        user = kwargs.get("obj")
        if user is not None and self._may_set_password(request, user):
            context["password_url"] = reverse("admin:tenants_user_password", args=[user.pk])
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.password_view)
        address = path("<path:object_id>/password/", page, name="tenants_user_password")
        return [address, *super().get_urls()]

    def _may_set_password(self, request: HttpRequest, user: User) -> bool:
        """Platform staff would become the person, past the reason they must give to enter.

        They give nobody a password but the first administrator of an organization, once.
        """
        if inside(request):
            return may(request, "set_passwords") and self.has_change_permission(request, user)
        return may(request, "set_first_password") and is_first_administrator(user)

    @method_decorator(sensitive_post_parameters())
    @transaction.non_atomic_requests
    def password_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        with _trail(request), transaction.atomic():
            return self._password_page(request, object_id)

    def _password_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = self.get_object(request, object_id)
        if user is None:
            raise Http404
        if not self._may_set_password(request, user):
            raise PermissionDenied
        form = SetPasswordForm(user, request.POST or None)
        if request.method == "POST" and form.is_valid():
            form.save()
            self.log_change(request, user, ["password"])
            self.message_user(request, f"{user} has a new password.", messages.SUCCESS)
            return redirect("admin:tenants_user_change", user.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Set a password for {user}",
            "opts": self.opts,
            "form": form,
            "button": "Set password",
        }
        return TemplateResponse(request, "admin/form.html", context)


@contextmanager
def _trail(request: HttpRequest) -> Iterator[None]:
    """Accounts belong to no organization: platform staff's changes are on the platform's record."""
    if not on_platform(request):
        yield
        return
    with organization_scope(platform_organization_id()):
        yield
