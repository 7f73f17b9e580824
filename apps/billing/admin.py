"""Prices and charges."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from apps.audit.admin_base import ConfigurationAdmin, PlatformModelAdmin
from apps.billing.actions import is_in_effect
from apps.billing.models import Charge, Price


@admin.register(Price)
class PriceAdmin(ConfigurationAdmin):
    viewing, changing = "view_prices", "change_prices"
    about = "What one unit costs from a day on. A price in effect stays; add the next one."
    when_empty = "No prices yet, so nothing is charged. Add one for each meter."
    editable = addable = ("meter", "unit_price", "currency", "effective_from")
    list_display = ("__str__", "effective_from", "meter", "unit_price", "currency")
    list_filter = ("meter",)
    list_select_related = ("organization",)
    ordering = ("meter", "-effective_from")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (
            obj is None or not is_in_effect(obj.effective_from, timezone.localdate())
        )


@admin.register(Charge)
class ChargeAdmin(PlatformModelAdmin):
    viewing = "view_charges"
    about = "Each accepted algorithm result and each signed report, once."
    when_empty = "No charges yet. Accepted results and signed reports bring them."
    list_display = ("public_id", "billed_on", "meter", "quantity", "unit_price", "currency")
    list_filter = ("meter", "billed_on")
    list_select_related = ("recording",)
    search = ("public_id", "subject_id", "recording__public_id", "trace_id")
    search_help_text = "The public id of a charge or a recording, what was charged, or a trace id."
    ordering = ("-id",)
