"""The regular look at who has access: what was decided of each person, and who signed it off."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.fields import OrgForeignKey, Public, SharedForeignKey, Tenant


class AccessReview(Tenant, Public):
    """One review; at most one is open."""

    begun_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When its first decision was made."
    )
    signed_off_at = models.DateTimeField(
        null=True, db_comment="operational: When it was completed; empty while it is open."
    )
    signed_off_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: Who completed it.",
    )
    next_due_on = models.DateField(
        null=True, db_comment="operational: The day by which the next one is completed."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(signed_off_at=None),
                name="one_open_access_review",
            )
        ]

    def __str__(self) -> str:
        return f"Access review {self.public_id}"


class AccessDecision(Tenant):
    """What was decided of one holder of access, with what the page showed at that time."""

    class Verdict(models.TextChoices):
        KEPT = "kept", "Kept"
        REMOVED = "removed", "Removed"

    review = OrgForeignKey(
        AccessReview, related_name="decisions", db_comment="operational: The review it is part of."
    )
    kind = models.CharField(
        max_length=16, db_comment="operational: What has access: a member, an API client."
    )
    subject_id = models.UUIDField(db_comment="operational: Public id of who or what has access.")
    role = models.CharField(max_length=16, db_comment="operational: The role at that time.")
    flags = models.CharField(
        max_length=200, blank=True, db_comment="operational: What was flagged at that time."
    )
    verdict = models.CharField(
        max_length=8, choices=Verdict.choices, db_comment="operational: Kept or removed."
    )
    reason = models.CharField(max_length=400, db_comment="note: Why, in the reviewer's words.")
    decided_by = SharedForeignKey(
        settings.AUTH_USER_MODEL, related_name="+", db_comment="operational: The reviewer."
    )
    decided_at = models.DateTimeField(auto_now=True, db_comment="operational: When it was decided.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "review", "kind", "subject_id"],
                name="one_access_decision_each",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.verdict}"
