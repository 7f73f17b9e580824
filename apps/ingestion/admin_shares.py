"""File shares of an organization, and the files that lie on them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.audit import actions as audit
from apps.audit.admin_base import ConfigurationAdmin, PlatformModelAdmin, TenantForm, inside, may
from apps.core.blobs.sealing import Unsealable
from apps.ingestion.model_share import ShareSource
from apps.ingestion.model_share_file import ShareFile
from apps.ingestion.smb.ledger import path_of
from apps.ingestion.sources import Place, check, claim, look_now, tidy
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
        fields = (
            *("name", *PLACE, "patterns", "poll_seconds", "archive"),
            *("signature_required", "is_active"),
        )

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
    editable = (
        *("name", *PLACE, "password", "patterns", "site", "poll_seconds", "archive"),
        *("signature_required", "is_active"),
    )
    addable = editable
    actions = ("try_now",)
    list_display = (
        *("name", "server", "share", "folder", "archive", "is_active"),
        *("polled_at", "outcome", "taken", "waiting", "held_back"),
    )
    list_filter = ("is_active", "outcome", "archive")
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
        obj.not_before = None
        super().save_model(request, obj, form, change)

    def has_try_now_permission(self, request: HttpRequest) -> bool:
        return inside(request) and may(request, self.changing)

    @admin.action(description="Try now: look into it in the next round", permissions=["try_now"])
    def try_now(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for source in queryset:
            look_now(source)
            audit.record("ingestion.share.tried", source, actor=request.user)  # type: ignore[arg-type]
        self.message_user(request, "Looked into within seconds; open it again.", messages.SUCCESS)


@admin.register(ShareFile)
class ShareFileAdmin(PlatformModelAdmin):
    title = "Files on shares"
    viewing = "view_queue"
    about = "What lies on the file shares and how far each file has come."
    when_empty = "No file was seen on a share yet."
    hidden = ("path_sealed", "place_hash", "stem_hash", "version", "looks")
    list_display = ("path", "source", "state", "problem", "size", "first_seen_at", "ingress")
    list_filter = ("state",)
    list_select_related = ("source", "ingress")
    search = ("public_id", "ingress__public_id")
    search_help_text = "The public id of a file or of the arrival that it became."
    ordering = ("-id",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["path", *super().get_fields(request, obj)]

    @admin.display(description="path")
    def path(self, row: ShareFile) -> str:
        try:
            return path_of(row)
        except Unsealable:
            return "cannot be unsealed"
