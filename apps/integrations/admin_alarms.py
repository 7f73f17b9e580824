"""Alarms for platform staff and administrators, and who is told of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin

from apps.audit.admin_base import ConfigurationAdmin, TenantForm
from apps.audit.admin_queue import QueueAdmin
from apps.audit.model_alarm import Alarm
from apps.integrations.model_alarm import AlarmChannel, AlarmNotice
from apps.tenants.secrets import set_secret

LEAST_SECRET = 24


class ChannelForm(TenantForm):
    """The secret is written, never shown: it is sealed with the organization's key."""

    new_secret = forms.CharField(
        label="Secret",
        required=False,
        strip=False,
        min_length=LEAST_SECRET,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Signs a webhook's messages; the receiver needs the same. At least"
        f" {LEAST_SECRET} characters; leave it empty to keep the present one.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("kind") or self.instance.kind
        given = cleaned.get("new_secret") or self.instance.secret
        if kind == AlarmChannel.Kind.WEBHOOK and not given:
            self.add_error("new_secret", "A webhook needs a secret.")
        return cleaned

    def save(self, commit: bool = True) -> Any:
        secret = self.cleaned_data.get("new_secret")
        if secret:
            set_secret(self.instance, "secret", secret)
        return super().save(commit)


@admin.register(Alarm)
class AlarmAdmin(ConfigurationAdmin):
    title = "Alarms"
    viewing = "view_alarms"
    about = "What is wrong, and what was."
    when_empty = "No alarm has been raised."
    list_display = ("raised_at", "severity", "__str__", "subject", "count", "resolved_at")
    list_filter = ("severity", "code")
    list_select_related = ("organization",)
    search = ("public_id", "subject", "code*")
    search_help_text = "A public id, a subject or the beginning of a code."
    ordering = ("-raised_at", "-id")


@admin.register(AlarmChannel)
class AlarmChannelAdmin(ConfigurationAdmin):
    form = ChannelForm
    title = "Alarm channels"
    viewing, changing = "view_alarm_channels", "change_alarm_channels"
    about = "Who is told of alarms, by mail or by a signed webhook. Neither carries patient data."
    when_empty = "Nobody is told yet. Add an e-mail address or a webhook."
    addable = ("kind", "address", "new_secret", "only_critical", "is_active")
    editable = ("address", "new_secret", "only_critical", "is_active")
    hidden = ("secret",)
    list_display = ("address", "kind", "only_critical", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("organization",)
    search = ("public_id", "address*")
    search_help_text = "A public id or the beginning of an address."
    ordering = ("address", "id")


@admin.register(AlarmNotice)
class AlarmNoticeAdmin(QueueAdmin):
    title = "Alarm notices"
    about = "Each alarm on its way to each channel."
    when_empty = "No notices yet."
    replayed = "integrations.notice.replayed"
    list_display = ("public_id", "created_at", "channel", "kind", "state", "attempts", "error_code")
    list_filter = ("state", "kind")
    list_select_related = ("alarm", "channel")
    search = ("public_id", "trace_id")
    search_help_text = "The public id of a notice or a trace id."
    ordering = ("-id",)
