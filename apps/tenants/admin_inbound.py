"""Where devices and systems reach the organization: AE titles and HL7 listeners."""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin

from apps.audit.admin_base import ConfigurationAdmin, TenantForm
from apps.core.peers import tidy_peers
from apps.tenants import inbound
from apps.tenants.claims import Taken
from apps.tenants.model_dicom import DicomPeer
from apps.tenants.model_inbound import ApplicationEntity, Hl7Listener

OUTSIDE = "This address lies outside the networks that peers are called in. Ask platform staff."
IN_THE_CLEAR = (
    "Peers elsewhere are called by TLS, unless platform staff set that the network is private."
)
REFUSED = "This {what} cannot be used here. Choose another."
LINES = forms.Textarea(attrs={"rows": 4})


def _peers(text: str) -> str:
    try:
        return tidy_peers(text)
    except ValueError as error:
        raise forms.ValidationError(f"{error}.") from None


def _fingerprints(text: str) -> str:
    try:
        return inbound.fingerprints(text)
    except ValueError as error:
        raise forms.ValidationError(f"{error}.") from None


class ApplicationEntityForm(TenantForm):
    """Whose a taken title is, is not told here."""

    class Meta:
        model = ApplicationEntity
        # The choice of sites is added with the request: no scope is open at import.
        fields = ("title", "calling_titles", "calling_hosts", "certificates", "is_active")
        widgets = {"calling_titles": LINES, "calling_hosts": LINES, "certificates": LINES}

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        try:
            inbound.claim_title(self.instance.organization_id, title)
        except Taken as taken:
            raise forms.ValidationError(REFUSED.format(what=taken.what)) from None
        return title

    def clean_calling_titles(self) -> str:
        try:
            return inbound.calling_titles(self.cleaned_data["calling_titles"])
        except ValueError as error:
            raise forms.ValidationError(f"{error}.") from None

    def clean_calling_hosts(self) -> str:
        return _peers(self.cleaned_data["calling_hosts"])

    def clean_certificates(self) -> str:
        return _fingerprints(self.cleaned_data["certificates"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if {"calling_titles", "calling_hosts"} <= set(cleaned):
            reason = inbound.check_callers(cleaned["calling_titles"], cleaned["calling_hosts"])
            if reason:
                raise forms.ValidationError(f"Not possible: {reason}.")
        return cleaned


class ListenerForm(TenantForm):
    class Meta:
        model = Hl7Listener
        fields = ("name", "host", "port", "peers", "certificates", "is_active")
        widgets = {"peers": LINES, "certificates": LINES}

    def clean_host(self) -> str:
        try:
            return inbound.own_address(self.cleaned_data["host"].strip())
        except ValueError as error:
            raise forms.ValidationError(f"{error}.") from None

    def clean_port(self) -> int:
        port: int = self.cleaned_data["port"]
        try:
            inbound.claim_port(self.instance.organization_id, port)
        except Taken as taken:
            raise forms.ValidationError(REFUSED.format(what=taken.what)) from None
        return port

    def clean_peers(self) -> str:
        return _peers(self.cleaned_data["peers"])

    def clean_certificates(self) -> str:
        return _fingerprints(self.cleaned_data["certificates"])


@admin.register(ApplicationEntity)
class ApplicationEntityAdmin(ConfigurationAdmin):
    form = ApplicationEntityForm
    title = "AE titles"
    viewing, changing = "view_inbound", "change_inbound"
    about = "What carts and systems call to reach this organization over the DICOM network."
    when_empty = "No AE title yet, so nothing arrives over the DICOM network."
    editable = addable = (
        *("title", "calling_titles", "calling_hosts", "certificates", "site", "is_active"),
    )
    list_display = ("title", "site", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("site", "organization")
    search = ("public_id", "title*")
    search_help_text = "A public id or the beginning of a title."
    ordering = ("title", "id")


class PeerForm(TenantForm):
    class Meta:
        model = DicomPeer
        fields = ("title", "host", "port", "uses_tls", "is_active")

    def clean_uses_tls(self) -> bool:
        """What a name of this machine would be is not asked: peers are elsewhere."""
        chosen: bool = self.cleaned_data["uses_tls"]
        if not (chosen or settings.DEMO or "dicom" in settings.PRIVATE_LINKS):
            raise forms.ValidationError(IN_THE_CLEAR)
        return chosen

    def clean_host(self) -> str:
        """What a name stands for is seen when it is called."""
        host: str = self.cleaned_data["host"].strip()
        with suppress(ValueError):
            if not inbound.may_be_called(str(ipaddress.ip_address(host))):
                raise forms.ValidationError(OUTSIDE)
        return host


@admin.register(DicomPeer)
class DicomPeerAdmin(ConfigurationAdmin):
    form = PeerForm
    title = "DICOM peers"
    viewing, changing = "view_inbound", "change_inbound"
    about = "Where devices and archives hear what was safely kept of what they sent."
    when_empty = "No peer yet: each is answered on the connection it asked on."
    editable = addable = ("title", "host", "port", "uses_tls", "is_active")
    list_display = ("title", "host", "port", "uses_tls", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("organization",)
    search = ("public_id", "title*")
    search_help_text = "A public id or the beginning of a title."
    ordering = ("title", "id")


@admin.register(Hl7Listener)
class Hl7ListenerAdmin(ConfigurationAdmin):
    form = ListenerForm
    title = "HL7 listeners"
    viewing, changing = "view_inbound", "change_inbound"
    about = (
        "Ports at which this organization's systems send HL7 messages (MLLP), from the senders"
        " named and from nobody else. A change counts within seconds; an alarm tells of a port at"
        " which nothing listens."
    )
    when_empty = "No listener yet, so no HL7 messages arrive."
    editable = addable = ("name", "host", "port", "peers", "certificates", "site", "is_active")
    list_display = ("name", "host", "port", "site", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("site", "organization")
    search = ("public_id", "name*")
    search_help_text = "A public id or the beginning of a name."
    ordering = ("port", "id")
