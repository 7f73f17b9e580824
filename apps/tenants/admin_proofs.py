"""Signing keys and client certificates: added, retired and revoked by the administrator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from apps.audit.admin_base import ConfigurationAdmin, TenantForm, inside, may
from apps.tenants.certificates import (
    add_certificate,
    claim_certificate,
    read_certificate,
    revoke_certificate,
)
from apps.tenants.claims import Taken
from apps.tenants.models import ClientCertificate, SigningKey
from apps.tenants.signing_keys import (
    add_signing_key,
    claim_signing_key,
    read_public_key,
    retire_signing_key,
    revoke_signing_key,
)

REFUSED = "This {what} cannot be used here. Make another."
PEM = forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "vLargeTextField"})


def _read(reader: Callable[[str], Any], claim: Callable[[Any], str], text: str) -> Any:
    """Whose a taken one is, is not told here."""
    try:
        found = reader(text)
        claim(found)
    except ValueError as error:
        raise forms.ValidationError(f"{error}.") from None
    except Taken as taken:
        raise forms.ValidationError(REFUSED.format(what=taken.what)) from None
    return found


class SigningKeyForm(TenantForm):
    text = forms.CharField(
        widget=PEM,
        label="Public key",
        help_text="As PEM: openssl pkey -in device.key -pubout. The private key stays there.",
    )

    class Meta:
        model = SigningKey
        # The choice of clients is added with the request: no scope is open at import.
        fields = ()

    def clean_text(self) -> Any:
        return _read(read_public_key, claim_signing_key, self.cleaned_data["text"])


class CertificateForm(TenantForm):
    text = forms.CharField(
        widget=PEM,
        label="Certificate",
        help_text="As PEM. Its fingerprint and its end are read from it; its key stays there.",
    )

    class Meta:
        model = ClientCertificate
        fields = ("name",)

    def clean_text(self) -> Any:
        return _read(read_certificate, claim_certificate, self.cleaned_data["text"])


class ProofAdmin(ConfigurationAdmin):
    """Added from a text, never changed, ended by an action."""

    viewing, changing = "view_api_clients", "change_api_clients"
    list_select_related = ("client", "organization")
    ordering = ("-id",)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Its action has put it on the record."""

    def has_end_permission(self, request: HttpRequest) -> bool:
        return inside(request) and may(request, self.changing)

    def end(
        self, request: HttpRequest, rows: QuerySet[Any], action: Callable[..., bool], word: str
    ) -> None:
        now, by = timezone.now(), request.user
        count = sum(action(row, by=by, now=now) for row in rows)
        level = messages.SUCCESS if count else messages.WARNING
        self.message_user(request, f"{word}: {count}.", level)


@admin.register(SigningKey)
class SigningKeyAdmin(ProofAdmin):
    form = SigningKeyForm
    title = "Signing keys"
    about = "Public keys of devices and site agents: what they sign is known to be theirs."
    when_empty = "No signing keys yet. Add the public key of a device or site agent."
    addable = ("client", "text")
    actions = ("retire", "revoke")
    list_display = ("fingerprint", "client", "version", "created_at", "retired_at", "revoked_at")
    search = ("fingerprint*", "client__name*")
    search_help_text = "How the fingerprint begins, or the beginning of a client's name."

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        add_signing_key(obj, form.cleaned_data["text"], by=request.user)  # type: ignore[arg-type]

    @admin.action(description="Retire: nothing new is signed with it", permissions=["end"])
    def retire(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.end(request, queryset, retire_signing_key, "Retired")

    @admin.action(description="Revoke: believe nothing signed with it", permissions=["end"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.end(request, queryset, revoke_signing_key, "Revoked")


@admin.register(ClientCertificate)
class ClientCertificateAdmin(ProofAdmin):
    form = CertificateForm
    title = "Client certificates"
    about = "Certificates that programs and DICOM devices show when they connect."
    when_empty = "No client certificates yet. Add one and bind it to an API client."
    addable = ("name", "client", "text")
    actions = ("revoke",)
    list_display = ("name", "client", "fingerprint", "valid_until", "revoked_at")
    search = ("fingerprint*", "name*")
    search_help_text = "How the fingerprint or the name begins."

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        add_certificate(obj, form.cleaned_data["text"], by=request.user)  # type: ignore[arg-type]

    @admin.action(description="Revoke: refuse it at once", permissions=["end"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.end(request, queryset, revoke_certificate, "Revoked")
