"""Identity providers: set up by the organization, their domains confirmed by platform staff."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.audit import actions as audit
from apps.audit.admin_base import ConfigurationAdmin, TenantForm, inside, may, on_platform
from apps.core.scope import organization_scope
from apps.tenants.admin_identity_form import IdentityProviderForm
from apps.tenants.admin_tools import Tool, ToolsAdmin
from apps.tenants.models import IdentityDomain, IdentityProvider
from apps.tenants.sign_on.domains import confirm_domains, set_domains

FIELDS = (
    "name",
    "kind",
    "issuer",
    "client_id",
    "client_secret",
    "endpoint_hosts",
    "trusts_email",
    "metadata",
    "domains",
    "joins_as",
    "password_allowed",
    "required_contexts",
    "required_methods",
    "is_active",
)
CONFIRM_NOTE = (
    "Its people are sent to this provider from their mail domains once you have made sure that the"
    " domains are the organization's."
)
WAITING = "Platform staff has yet to confirm: {}. Until then nobody of these domains is sent there."


@admin.register(IdentityProvider)
class IdentityProviderAdmin(ToolsAdmin, ConfigurationAdmin):
    title = "Single sign-on"
    viewing, changing = "view_identity_providers", "change_identity_providers"
    about = "Where your people sign in with the account they have at work."
    when_empty = "No identity provider yet: people sign in with a password."
    form = IdentityProviderForm
    editable = addable = FIELDS
    list_display = ("name", "kind", "issuer", "password_allowed", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("organization",)
    search = ("public_id", "name*")
    search_help_text = "A public id or the beginning of a name."
    ordering = ("name", "id")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Outside an organization only what the row itself holds is read, and never its secret."""
        if inside(request) and may(request, self.changing):
            return [*FIELDS]
        only_asked = {"client_secret", "domains"}
        return ["organization", *(name for name in FIELDS if name not in only_asked)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        changes = inside(request) and may(request, self.changing)
        return [] if changes else self.get_fields(request, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any):
        if not inside(request):
            kwargs["form"] = TenantForm
        return super().get_form(request, obj, change, **kwargs)

    def tools(self) -> list[Tool]:
        return [Tool("confirm", "Confirm domains", CONFIRM_NOTE, _confirm, _may_confirm)]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        set_domains(obj, form.cleaned_data["domains"])
        waiting = IdentityDomain.objects.filter(provider=obj, is_active=True, is_confirmed=False)
        if waiting:
            names = ", ".join(row.name for row in waiting)
            self.message_user(request, WAITING.format(names), messages.WARNING)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            context["addresses"] = _addresses(request, row)
        return super().render_change_form(request, context, *args, **kwargs)


def _addresses(request: HttpRequest, row: IdentityProvider) -> list[tuple[str, str]]:
    """What the provider's administrator must be told."""
    if row.kind == IdentityProvider.Kind.OIDC:
        wanted = [("Redirect address", "sso-callback")]
    else:
        wanted = [("Metadata and entity id", "sso-metadata"), ("Answers are posted to", "sso-acs")]
    made = [(label, reverse(name, args=[row.public_id])) for label, name in wanted]
    return [(label, request.build_absolute_uri(path)) for label, path in made]


def _may_confirm(request: HttpRequest, row: IdentityProvider) -> bool:
    return on_platform(request) and may(request, "confirm_domains")


def _confirm(request: HttpRequest, row: IdentityProvider) -> str:
    """In the organization's own scope and trail."""
    by: Any = request.user
    with organization_scope(row.organization_id), transaction.atomic():
        names = confirm_domains(IdentityProvider.objects.get(pk=row.pk))
        audit.record("tenants.identity_provider.confirmed", row, actor=by, count=len(names))
    return f"Confirmed: {', '.join(names)}." if names else "No domain waits for a word."
