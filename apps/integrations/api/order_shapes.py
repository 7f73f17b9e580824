"""What is asked and told of an order."""

from __future__ import annotations

from typing import Any

from django.db.models import prefetch_related_objects
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers as fields

from apps.ecg.models import Priority
from apps.ingestion.models import Order, OrderLink
from apps.ingestion.orders.links import current_links


class OrderPatient(fields.Serializer):
    """Whom it is for. The record number alone finds the patient; the rest is shown beside it."""

    identifier = fields.CharField()
    assigning_authority = fields.CharField(
        required=False, help_text="Your organization's where you leave it out."
    )
    family_name = fields.CharField(required=False)
    given_name = fields.CharField(required=False)
    name_prefix = fields.CharField(required=False)
    born_on = fields.DateField(required=False)
    sex = fields.CharField(required=False)


class OrderAsked(fields.Serializer):
    placer_number = fields.CharField(help_text="With its authority, the name of the order.")
    placer_authority = fields.CharField(
        required=False, help_text="Your organization's where you leave it out."
    )
    filler_number = fields.CharField(required=False)
    filler_authority = fields.CharField(required=False)
    accession_number = fields.CharField(required=False)
    patient = OrderPatient()
    code = fields.CharField(required=False)
    coding_system = fields.CharField(required=False)
    text = fields.CharField(required=False)
    priority = fields.ChoiceField(Priority.choices, required=False)
    requester = fields.CharField(required=False)
    callback = fields.CharField(required=False, help_text="Where the requester is called back.")
    starts_at = fields.DateTimeField(
        required=False, help_text="When the ECG is due. Without it, only a number matches."
    )
    stated_at = fields.DateTimeField(
        required=False, help_text="When you said so; now where you leave it out."
    )


class OrderShown(fields.Serializer):
    id = fields.UUIDField(source="public_id")
    status = fields.ChoiceField(Order.Status.choices)
    placer_number = fields.CharField()
    placer_authority = fields.CharField()
    filler_number = fields.CharField()
    filler_authority = fields.CharField()
    accession_number = fields.CharField()
    patient_number = fields.CharField()
    patient_authority = fields.CharField()
    code = fields.CharField()
    coding_system = fields.CharField()
    text = fields.CharField()
    priority = fields.ChoiceField(Priority.choices)
    requester = fields.CharField()
    callback = fields.CharField()
    starts_at = fields.DateTimeField(allow_null=True)
    starts_doubt = fields.ChoiceField(
        Order.Doubt.choices,
        allow_blank=True,
        help_text="Why the start may be an hour off: a local time while a clock changed.",
    )
    received_at = fields.DateTimeField()
    recordings = fields.SerializerMethodField(help_text="Ids of the ECGs that answer it.")

    @extend_schema_field(fields.ListField(child=fields.UUIDField()))
    def get_recordings(self, order: Any) -> list[str]:
        """Of a page of orders they were read at once."""
        if not hasattr(order, "current_links"):
            prefetch_related_objects([order], current_links())
        return [str(link.recording.public_id) for link in order.current_links]


class OrderPage(fields.Serializer):
    orders = OrderShown(many=True)
    next = fields.UUIDField(
        allow_null=True, help_text="The cursor of the page after; null at the end."
    )


class OrderOfEcg(fields.Serializer):
    """The order that an ECG answers, by the numbers of both sides."""

    id = fields.UUIDField(source="public_id")
    status = fields.ChoiceField(Order.Status.choices)
    placer_number = fields.CharField()
    placer_authority = fields.CharField()
    filler_number = fields.CharField()
    filler_authority = fields.CharField()
    accession_number = fields.CharField()


def order_of_ecg(recording: Any) -> Any:
    """None where the ECG is unsolicited."""
    row = OrderLink.objects.select_related("order")
    found = row.filter(recording=recording, ended_at=None).first()
    return OrderOfEcg(found.order).data if found else None
