"""The keys that seal an organization's data, themselves wrapped by a key outside the database."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.fields import Public, SharedForeignKey, Tenant


class DataKey(Tenant, Public):
    """One key of an organization. The newest seals; older ones open what they sealed."""

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        RETIRED = "retired", "Retired"
        DESTROYED = "destroyed", "Destroyed"

    name = models.CharField(
        max_length=16, db_comment="operational: Its random name, in the header of what it sealed."
    )
    state = models.CharField(
        max_length=16,
        choices=State.choices,
        default=State.ACTIVE,
        db_comment="operational: Active seals and opens, retired only opens, destroyed is gone.",
    )
    kek_id = models.CharField(
        max_length=80,
        verbose_name="wrapped by",
        db_comment="operational: The key-encryption key, outside the database, that opens it.",
    )
    wrapped = models.BinaryField(
        null=True, db_comment="operational: The wrapped key; empty once destroyed."
    )
    created_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was made."
    )
    retired_at = models.DateTimeField(
        null=True, blank=True, db_comment="operational: When a newer key took its place."
    )
    destroyed_at = models.DateTimeField(
        null=True, blank=True, db_comment="operational: When it was destroyed for good."
    )
    destroyed_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        related_name="+",
        db_comment="operational: Who destroyed it; empty for the platform itself.",
    )
    destroyed_reason = models.CharField(
        max_length=200, blank=True, db_comment="operational: Why it was destroyed."
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="one_data_key_a_name"),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(state="active"), name="one_active_data_key"
            ),
            models.CheckConstraint(
                condition=Q(state="destroyed", wrapped=None, destroyed_at__isnull=False)
                | (~Q(state="destroyed") & Q(wrapped__isnull=False, destroyed_at=None)),
                name="a_destroyed_data_key_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"
