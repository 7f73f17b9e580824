"""What a person measured on the trace and kept."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from apps.core.fields import OrgForeignKey, Public, SharedForeignKey, Tenant
from apps.ecg.model_recording import Recording


class ReaderMeasurement(Tenant, Public):
    """One caliper, one moved border of the median beat, or one number that a reader states.

    It is struck, never removed.
    """

    class Tool(models.TextChoices):
        TIME = "time", "Interval"
        AMPLITUDE = "amplitude", "Amplitude"
        MARCH = "march", "March-out"
        ANGLE = "angle", "Angle"
        BORDER = "border", "Border of a wave"
        # In place of a tool: a number that none measured.
        STATED = "stated", "Stated by a reader"

    recording = OrgForeignKey(
        Recording, related_name="+", db_comment="operational: What was measured."
    )
    tool = models.CharField(
        max_length=12, choices=Tool.choices, db_comment="operational: With which tool."
    )
    lead = models.CharField(
        max_length=8, blank=True, db_comment="derived: The lead; empty for all together."
    )
    places = models.JSONField(
        db_comment="derived: Where it was placed: sample indexes and mV, or ms from R."
    )
    value = models.DecimalField(
        max_digits=12, decimal_places=3, db_comment="derived: The number, computed from the places."
    )
    unit = models.CharField(max_length=16, db_comment="derived: UCUM unit.")
    reason = models.CharField(
        max_length=400,
        blank=True,
        db_comment="note: Why a border was moved or a number stated, in the reader's words.",
    )
    made_by = SharedForeignKey(
        settings.AUTH_USER_MODEL, related_name="+", db_comment="operational: Who measured it."
    )
    made_at = models.DateTimeField(db_comment="operational: When it was kept.")
    struck_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: Who struck it.",
    )
    struck_at = models.DateTimeField(null=True, db_comment="operational: When it was struck.")

    class Meta:
        indexes = [
            models.Index(fields=["organization", "recording", "id"], name="kept_on_recording")
        ]

    def __str__(self) -> str:
        return f"{self.get_tool_display()} on recording {self.recording_id}"

    @property
    def is_stated(self) -> bool:
        return self.tool == self.Tool.STATED

    @property
    def is_caliper(self) -> bool:
        return self.tool not in (self.Tool.BORDER, self.Tool.STATED)
