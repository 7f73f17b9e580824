"""The form of a destination."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils import timezone

from apps.audit.admin_base import TenantForm
from apps.core import egress
from apps.integrations.addresses import AddressTaken, claim, may_be_named
from apps.integrations.destinations.mllp.certificates import (
    tidy_authorities,
    tidy_certificate,
    tidy_key,
)
from apps.integrations.models import Destination

OUTSIDE = "This address lies outside the networks that results are sent to. Ask platform staff."
REFUSED = "This address cannot be used here. Ask platform staff."
KEY_WANTED = "The certificate needs its private key."
PEM = forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "vLargeTextField"})


class Unshown(forms.Textarea):
    """Lines that are written and never given back, not even with a form that was refused."""

    def format_value(self, value: Any) -> str:
        return ""


class DestinationForm(TenantForm):
    """Checks that the address is no other organization's; which one's is not told here."""

    new_key = forms.CharField(
        label="Private key",
        required=False,
        widget=Unshown(attrs={**PEM.attrs, "autocomplete": "off"}),
        help_text="Of our certificate, as PEM without a password. Kept sealed and never shown;"
        " leave it empty to keep the one there is.",
    )

    class Meta:
        model = Destination
        exclude = ("organization",)
        widgets = {"tls_authorities": PEM, "tls_certificate": PEM}

    def clean_tls_authorities(self) -> str:
        return _tidy(tidy_authorities, self.cleaned_data["tls_authorities"])

    def clean_tls_certificate(self) -> str:
        return _tidy(tidy_certificate, self.cleaned_data["tls_certificate"])

    def _check_key(self, cleaned: dict[str, Any]) -> None:
        """A key fits its certificate, and one that is kept still does after a new certificate."""
        certificate, key = cleaned.get("tls_certificate", ""), cleaned.get("new_key")
        if key:
            try:
                cleaned["new_key"] = tidy_key(key, certificate)
            except ValueError as error:
                self.add_error("new_key", f"Not possible: {error}.")
            return
        is_kept = certificate == self.initial.get("tls_certificate") and self.instance.tls_key
        if certificate and not is_kept:
            self.add_error("new_key", KEY_WANTED)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._check_key(cleaned)
        host, port = cleaned.get("host"), cleaned.get("port")
        if host and not may_be_named(host):
            self.add_error("host", OUTSIDE)
        if host and port and {"host", "port"} & set(self.changed_data):
            try:
                claim(self.instance.organization_id, host, port)
            except AddressTaken:
                raise forms.ValidationError(REFUSED) from None
        return cleaned


def _tidy(tidy: Callable[..., str], text: str) -> str:
    try:
        return tidy(text, now=timezone.now())
    except ValueError as error:
        raise forms.ValidationError(f"Not possible: {error}.") from None


class FetchHostForm(TenantForm):
    def clean_host(self) -> str:
        """One spelling, as addresses are compared with it."""
        host: str = self.cleaned_data["host"]
        try:
            address = egress.checked_host(f"https://{host}/", allow=[host])
        except egress.Refused:
            raise forms.ValidationError("Give a host name, or name:port.") from None
        return address
