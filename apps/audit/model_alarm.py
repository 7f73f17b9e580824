"""What is wrong, until it is not."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from apps.audit.alarm_kinds import KINDS, SEVERITIES, Kind, codes
from apps.core.fields import Public, SharedForeignKey, Tenant


class Alarm(Tenant, Public):
    """One thing that is wrong: raised once, counted while it lasts, resolved once."""

    class Told(models.TextChoices):
        RAISED = "raised", "Raised"
        RESOLVED = "resolved", "Resolved"

    code = models.CharField(
        max_length=48,
        choices=codes,
        db_comment="operational: What is wrong, a code of alarm_kinds.",
    )
    subject = models.CharField(
        max_length=80,
        blank=True,
        db_comment="operational: Random name or kind of what it is about; empty for all of it.",
    )
    severity = models.CharField(
        max_length=8,
        choices=list(SEVERITIES.items()),
        db_comment="operational: How bad it is.",
    )
    figure = models.BigIntegerField(
        null=True, db_comment="operational: How many or how long, as the words of the code say."
    )
    count = models.PositiveIntegerField(
        default=1, db_comment="operational: How often it was found while it lasted."
    )
    raised_at = models.DateTimeField(db_comment="operational: When it was found first.")
    last_seen_at = models.DateTimeField(db_comment="operational: When it was found last.")
    acknowledged_at = models.DateTimeField(
        null=True, db_comment="operational: When somebody said to look after it."
    )
    acknowledged_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: Who looks after it.",
    )
    resolved_at = models.DateTimeField(
        null=True, db_comment="operational: When it was over; empty while it lasts."
    )
    resolved_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: Who said so; empty when it was found to be over.",
    )

    told = models.CharField(
        max_length=8,
        blank=True,
        choices=Told.choices,
        db_comment="operational: What its channels have been told so far.",
    )

    class Meta:
        ordering = ["-raised_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "code", "subject"],
                condition=models.Q(resolved_at=None),
                name="one_open_alarm_a_subject",
            )
        ]
        indexes = [
            models.Index(fields=["organization", "-raised_at"], name="alarm_by_time"),
            models.Index(
                fields=["organization"],
                condition=~models.Q(told="resolved"),
                name="alarm_to_be_told",
            ),
        ]

    def __str__(self) -> str:
        return self.kind.says(self.figure)

    @property
    def kind(self) -> Kind:
        return KINDS[self.code]

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None
