"""Prices and charges."""

from __future__ import annotations

from django.db import models

from apps.core.fields import OrgForeignKey, Public, Tenant
from apps.ecg.models import Recording


class Meter(models.TextChoices):
    INFERENCE = "inference.accepted", "Accepted algorithm result"
    REPORT = "report.signed", "Signed report"


class Price(Tenant):
    """What one unit of a meter costs from a day on."""

    meter = models.CharField(
        max_length=32, choices=Meter.choices, db_comment="operational: What is counted."
    )
    unit_price = models.DecimalField(
        max_digits=12, decimal_places=4, db_comment="operational: Price of one unit."
    )
    currency = models.CharField(max_length=3, db_comment="operational: ISO 4217 code.")
    effective_from = models.DateField(
        db_comment="operational: First day it applies, in the organization's zone."
    )

    class Meta:
        ordering = ["meter", "-effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "meter", "effective_from"], name="one_price_a_day"
            ),
            models.CheckConstraint(condition=models.Q(unit_price__gte=0), name="price_not_below_0"),
        ]

    def __str__(self) -> str:
        return f"{self.get_meter_display()}: {self.unit_price} {self.currency}"


class Charge(Tenant, Public):
    """One billable event, once, at the price of its day. Written once; corrected by reversal."""

    meter = models.CharField(
        max_length=32, choices=Meter.choices, db_comment="operational: What is counted."
    )
    subject_id = models.CharField(
        max_length=128, db_comment="operational: What was done, once for each meter."
    )
    recording = OrgForeignKey(
        Recording, related_name="+", db_comment="operational: The recording it was done on."
    )
    quantity = models.PositiveIntegerField(default=1, db_comment="operational: Units charged.")
    unit_price = models.DecimalField(
        max_digits=12, decimal_places=4, db_comment="operational: Price of one unit that day."
    )
    currency = models.CharField(max_length=3, db_comment="operational: ISO 4217 code.")
    occurred_at = models.DateTimeField(
        db_comment="operational: When the result was accepted or the report signed."
    )
    billed_on = models.DateField(
        db_comment="operational: The same as a day in the organization's zone."
    )
    trace_id = models.UUIDField(db_comment="operational: Given at the door.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "subject_id", "meter"], name="charged_once"
            )
        ]

    def __str__(self) -> str:
        return f"Charge {self.public_id}"
