"""File shares of an organization."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from apps.audit.admin_base import ConfigurationAdmin, TenantForm
from apps.ingestion.model_share import ShareSource
from apps.ingestion.sources import Place, check, claim, tidy
from apps.tenants.claims import Taken
from apps.tenants.secrets import set_secret

REFUSED = "This {what} cannot be used here. Ask platform staff."
PLACE = ("server", "share", "folder", "username")


class ShareSourceForm(TenantForm):
    """Whose a taken share is, is not told here."""

    password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Kept sealed and never shown. Leave it empty to keep the one there is.",
    )

    class Meta:
        model = ShareSource
        # The choice of sites is added with the request: no scope is open at import.
        fields = ("name", *PLACE, "poll_seconds", "archive", "is_active")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not set(PLACE) <= set(cleaned):
            return cleaned
        place = tidy(Place(**{name: cleaned[name] for name in PLACE}))
        reason = check(place)
        if reason:
            raise forms.ValidationError(f"Not possible: {reason}.")
        try:
            claim(self.instance.organization_id, place)
        except Taken as taken:
            raise forms.ValidationError(REFUSED.format(what=taken.what)) from None
        if self.instance.pk is None and not cleaned.get("password"):
            self.add_error("password", "The share needs the password of its user.")
        return cleaned | {name: getattr(place, name) for name in PLACE}


@admin.register(ShareSource)
class ShareSourceAdmin(ConfigurationAdmin):
    form = ShareSourceForm
    title = "File shares"
    viewing, changing = "view_shares", "change_shares"
    about = "Folders of file servers (SMB) in which carts leave their files."
    when_empty = "No share yet. Add the folder your carts write to."
    hidden = ("password_sealed",)
    editable = ("name", *PLACE, "password", "site", "poll_seconds", "archive", "is_active")
    addable = editable
    list_display = ("name", "server", "share", "folder", "poll_seconds", "archive", "is_active")
    list_filter = ("is_active", "archive")
    list_select_related = ("site", "organization")
    search = ("public_id", "name*", "server*")
    search_help_text = "A public id, or the beginning of a name or a server."
    ordering = ("name", "id")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The password has no column of its own to stand at."""
        fields = super().get_fields(request, obj)
        if obj is None or not self.has_change_permission(request, obj):
            return fields
        at = fields.index("username") + 1
        return [*fields[:at], "password", *fields[at:]]

    def save_model(self, request: HttpRequest, obj: ShareSource, form: Any, change: bool) -> None:
        if form.cleaned_data.get("password"):
            set_secret(obj, "password_sealed", form.cleaned_data["password"])
        super().save_model(request, obj, form, change)
