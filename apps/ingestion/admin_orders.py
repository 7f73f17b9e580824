"""Orders, their messages, the ECGs that answer them and the questions about them."""

from __future__ import annotations

from django.contrib import admin

from apps.audit.admin_base import PlatformModelAdmin
from apps.ingestion.models import Order, OrderCase, OrderLink, OrderMessage

PERSONAL = ("identity", "patient_number", "patient_authority", "starts_local")


@admin.register(Order)
class OrderAdmin(PlatformModelAdmin):
    title = "Orders"
    viewing = "view_record"
    about = (
        "What was ordered, by whom and how urgent. Orders come from programs and as HL7 messages;"
        " one placer number and authority is one order. Nothing is changed here: the placer"
        " changes or cancels its order, and a person at the desk says which ECG answers it."
    )
    when_empty = "No order has come yet."
    hidden = PERSONAL
    list_display = (
        *("public_id", "placer_number", "placer_authority", "priority", "status", "starts_at"),
        *("source", "received_at"),
    )
    list_filter = ("status", "priority", "source")
    search = ("public_id", "placer_number", "filler_number", "accession_number")
    search_help_text = "A public id, or the placer's, the filler's or the accession number."
    ordering = ("-received_at", "-id")


@admin.register(OrderMessage)
class OrderMessageAdmin(PlatformModelAdmin):
    title = "Messages about orders"
    viewing = "view_record"
    about = (
        "Every message that came, and whether it was newer than what was known. One that was"
        " refused changed nothing; it says which field was at fault, and its bytes are kept."
    )
    when_empty = "No message has come yet."
    list_display = (
        *("received_at", "order", "control", "effect", "refusal_field", "refusal_code"),
        *("source", "client", "stated_at"),
    )
    list_filter = ("effect", "source", "control")
    list_select_related = ("order", "client")
    search = ("public_id", "sha256", "order__public_id")
    search_help_text = "A public id, that of an order, or the SHA-256 of a message."
    ordering = ("-id",)


@admin.register(OrderLink)
class OrderLinkAdmin(PlatformModelAdmin):
    title = "ECGs and their orders"
    viewing = "view_record"
    about = "Which ECG answers which order, what the match rests on, and what was undone."
    when_empty = "No ECG has been matched with an order yet."
    list_display = ("made_at", "order", "recording", "how", "made_by", "ended_at", "ended_by")
    list_filter = ("how",)
    list_select_related = ("order", "recording", "made_by", "ended_by")
    search = ("public_id", "order__public_id", "recording__public_id")
    search_help_text = "A public id, that of an order or of a recording."
    ordering = ("-id",)


@admin.register(OrderCase)
class OrderCaseAdmin(PlatformModelAdmin):
    title = "Questions of orders"
    viewing = "view_record"
    about = "ECGs whose order only a person could tell, and what was decided."
    when_empty = "No question has come up yet."
    list_display = ("opened_at", "kind", "recording", "order", "decision", "decided_by")
    list_filter = ("kind", "decision")
    list_select_related = ("order", "recording", "decided_by")
    search = ("public_id", "order__public_id", "recording__public_id")
    search_help_text = "A public id, that of an order or of a recording."
    ordering = ("-id",)
