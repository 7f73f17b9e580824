"""Uploads in parts: what was announced, and the parts it is sent in."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from apps.core.fields import OrgForeignKey, Public, SharedForeignKey, Tenant
from apps.ecg.models import Priority
from apps.ingestion.content import Content


class UploadSession(Tenant, Public):
    """One file on its way in parts, from its announcement until its bytes are where all others
    are, or until it is ended."""

    class State(models.TextChoices):
        OPEN = "open", "Parts are taken"
        ACCEPTED = "accepted", "Accepted, in staging"
        KEPT = "kept", "Accepted and kept"
        ABORTED = "aborted", "Ended by its sender"
        EXPIRED = "expired", "Not finished in time"

    source = models.CharField(max_length=8, db_comment="operational: The door it comes through.")
    idem_key = models.CharField(
        max_length=80, db_comment="operational: The sender's own name for this delivery."
    )
    sender = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: The person who sends it, where a person does.",
    )
    client = OrgForeignKey(
        "tenants.ApiClient",
        null=True,
        related_name="+",
        db_comment="operational: The program that sends it, where one does.",
    )
    filename = models.CharField(
        max_length=255, blank=True, db_comment="identifier: Name given by the sender, for display."
    )
    content = models.CharField(
        max_length=8, choices=Content.choices, db_comment="operational: What it is said to be."
    )
    size = models.BigIntegerField(db_comment="operational: Length in bytes, as announced.")
    content_hash = models.CharField(
        max_length=64,
        blank=True,
        db_comment="identifier: SHA-256 of the bytes, as announced; in hex.",
    )
    part_size = models.PositiveIntegerField(
        db_comment="operational: Length of every part but the last."
    )
    site = OrgForeignKey(
        "tenants.Site", null=True, related_name="+", db_comment="operational: Where it comes from."
    )
    priority = models.CharField(
        max_length=8,
        choices=Priority.choices,
        default=Priority.ROUTINE,
        db_comment="operational: How soon it must be read.",
    )
    location = OrgForeignKey(
        "tenants.StorageLocation",
        null=True,
        related_name="+",
        db_comment="operational: The bucket its parts go to directly, where they do.",
    )
    storage_upload = models.CharField(
        max_length=255,
        blank=True,
        default="",
        db_comment="operational: The bucket's own name of the upload; empty for other storage.",
    )
    state = models.CharField(
        max_length=8,
        choices=State.choices,
        default=State.OPEN,
        db_comment="operational: How far it is.",
    )
    is_cleared = models.BooleanField(
        default=False, db_comment="operational: Whether nothing of it is left in staging."
    )
    ingress = OrgForeignKey(
        "ingestion.Ingress",
        null=True,
        related_name="+",
        db_comment="operational: The arrival it became.",
    )
    created_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was announced."
    )
    expires_at = models.DateTimeField(
        db_comment="operational: When it ends unless it is finished before."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "source", "idem_key"], name="one_upload_a_delivery"
            )
        ]
        indexes = [
            models.Index(fields=["organization", "ingress"], name="upload_by_ingress"),
            models.Index(
                fields=["organization", "expires_at"],
                condition=models.Q(is_cleared=False),
                name="upload_to_clear",
            ),
        ]

    def __str__(self) -> str:
        return f"Upload {self.public_id}"

    @property
    def part_count(self) -> int:
        return -(-self.size // self.part_size)

    @property
    def is_direct(self) -> bool:
        """Its parts go to a bucket past the application, unsealed until they are taken over."""
        return bool(self.storage_upload)

    def size_of(self, number: int) -> int:
        """Bytes of a part, counted from 1."""
        return min(self.part_size, self.size - (number - 1) * self.part_size)


class UploadPart(Tenant):
    """What one part must be. That it is there is known by the storage alone."""

    upload = OrgForeignKey(
        UploadSession, related_name="+", db_comment="operational: The upload it is a part of."
    )
    number = models.PositiveIntegerField(db_comment="operational: Its place, from 1.")
    content_hash = models.CharField(
        max_length=64, db_comment="identifier: SHA-256 of its bytes; in hex."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "upload", "number"], name="one_part_a_number"
            )
        ]

    def __str__(self) -> str:
        return f"Part {self.number} of upload {self.upload_id}"
