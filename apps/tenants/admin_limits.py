"""Limits of an organization at its doors: read by its administrator, set by platform staff."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

from apps.audit.admin_base import ConfigurationAdmin
from apps.tenants.model_limits import ORGANIZATIONS_OWN
from apps.tenants.models import RateLimit


@admin.register(RateLimit)
class RateLimitAdmin(ConfigurationAdmin):
    title = "Limits"
    when_empty = "No limits of its own, so the installation's hold."
    editable = ("per_minute",)
    addable = ("door", "per_minute")
    list_display = ("door", "per_minute")
    list_select_related = ("organization",)
    ordering = ("door", "id")

    def about_for(self, request: HttpRequest) -> str:
        usual = settings.LIMITS_PER_MINUTE
        said = ", ".join(f"{door.label} {usual[door]}" for door in ORGANIZATIONS_OWN)
        return f"Requests a minute where they differ from the installation's: {said}."

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and _entered(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _entered(request)


def _entered(request: HttpRequest) -> bool:
    """Platform staff who came in with a reason: nobody raises a limit of their own."""
    active: Any = request.active  # type: ignore[attr-defined]
    return bool(active.entered)
