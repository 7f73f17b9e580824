"""The form of a destination."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.audit.admin_base import TenantForm
from apps.core import egress
from apps.integrations.addresses import AddressTaken, claim, may_be_named

OUTSIDE = "This address lies outside the networks that results are sent to. Ask platform staff."
REFUSED = "This address cannot be used here. Ask platform staff."


class DestinationForm(TenantForm):
    """Checks that the address is no other organization's; which one's is not told here."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        host, port = cleaned.get("host"), cleaned.get("port")
        if host and not may_be_named(host):
            self.add_error("host", OUTSIDE)
        if host and port and {"host", "port"} & set(self.changed_data):
            try:
                claim(self.instance.organization_id, host, port)
            except AddressTaken:
                raise forms.ValidationError(REFUSED) from None
        return cleaned


class FetchHostForm(TenantForm):
    def clean_host(self) -> str:
        """One spelling, as addresses are compared with it."""
        host: str = self.cleaned_data["host"]
        try:
            address = egress.checked_host(f"https://{host}/", allow=[host])
        except egress.Refused:
            raise forms.ValidationError("Give a host name, or name:port.") from None
        return address
