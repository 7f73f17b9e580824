"""Identity providers: set up by the organization, their domains confirmed by platform staff."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.audit.admin_base import ConfigurationAdmin, TenantForm, inside
from apps.tenants.admin_identity_form import IdentityProviderForm
from apps.tenants.models import IdentityDomain, IdentityProvider
from apps.tenants.sign_on.domains import set_domains

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
    "is_active",
)
WAITING = "Platform staff has yet to confirm: {}. Until then nobody of these domains is sent there."


@admin.register(IdentityProvider)
class IdentityProviderAdmin(ConfigurationAdmin):
    title = "Single sign-on"
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
        if inside(request):
            return [*FIELDS]
        only_asked = {"client_secret", "domains"}
        return ["organization", *(name for name in FIELDS if name not in only_asked)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [] if inside(request) else self.get_fields(request, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any):
        if not inside(request):
            kwargs["form"] = TenantForm
        form = super().get_form(request, obj, change, **kwargs)
        active: Any = request.active  # type: ignore[attr-defined]
        form.names_holder = active is not None and active.entered
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        active: Any = request.active  # type: ignore[attr-defined]
        set_domains(obj, form.cleaned_data["domains"], confirmed=active.entered)
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
