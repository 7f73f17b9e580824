"""Taking back a report that is of another patient: one person asks, another approves."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.core.fields import OrgForeignKey, Public, SharedForeignKey, Tenant
from apps.ecg.models import Patient


class Retraction(Tenant, Public):
    """A request to mark a signed report as entered in error; approved, it is never taken back."""

    report = OrgForeignKey(
        "reports.Report", related_name="retractions", db_comment="operational: What is retracted."
    )
    patient = OrgForeignKey(
        Patient,
        related_name="+",
        db_comment="operational: Whose the report was said to be; stays when the ECG moves.",
    )
    reason = models.CharField(max_length=400, db_comment="note: Why, in the asking person's words.")
    asked_by = SharedForeignKey(
        settings.AUTH_USER_MODEL, related_name="+", db_comment="operational: Who asked."
    )
    asked_at = models.DateTimeField(db_comment="operational: When it was asked for.")
    approved_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: The second person, who approved it.",
    )
    approved_at = models.DateTimeField(
        null=True, db_comment="operational: When it was approved, and the report retracted."
    )
    refused_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: Who refused it or took it back.",
    )
    refused_at = models.DateTimeField(
        null=True, db_comment="operational: When it was refused; the report stayed as it was."
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(approved_by=F("asked_by")), name="retraction_approved_by_another"
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None) | Q(refused_at=None), name="retraction_decided_once"
            ),
            models.UniqueConstraint(
                fields=["organization", "report"],
                condition=Q(refused_at=None),
                name="one_retraction_a_report",
            ),
        ]
        indexes = [models.Index(fields=["organization", "patient"], name="retraction_by_patient")]

    def __str__(self) -> str:
        return f"Retraction {self.public_id}"

    @property
    def is_open(self) -> bool:
        return self.approved_at is None and self.refused_at is None
