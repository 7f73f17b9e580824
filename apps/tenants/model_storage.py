"""Where an organization's bytes lie, and their move from one place to another."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.fields import OrgForeignKey, Public, SecretField, SharedForeignKey, Tenant

# Of the same words as an organization's.
REGIONS = [("uk", "United Kingdom"), ("us", "United States")]


class StorageLocation(Tenant, Public):
    """A folder or a bucket that is one organization's alone, used or not."""

    class Kind(models.TextChoices):
        FOLDER = "folder", "Folder"
        S3 = "s3", "Bucket (S3)"

    kind = models.CharField(
        max_length=8, choices=Kind.choices, db_comment="operational: How it is spoken to."
    )
    root = models.CharField(
        max_length=500, blank=True, default="", db_comment="operational: Folder, an absolute path."
    )
    endpoint = models.CharField(
        max_length=253,
        blank=True,
        default="",
        db_comment="operational: Address of the object gateway; empty for Amazon's own.",
    )
    bucket = models.CharField(
        max_length=63, blank=True, default="", db_comment="operational: Name of the bucket."
    )
    prefix = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_comment="operational: Beginning of every key in the bucket; usually empty.",
    )
    region = models.CharField(
        max_length=2,
        choices=REGIONS,
        db_comment="operational: Where it lies; must be the organization's region.",
    )
    signing_region = models.CharField(
        max_length=32,
        blank=True,
        default="",
        db_comment="operational: The gateway's own name of the region, part of signatures.",
    )
    access_key_id = models.CharField(
        max_length=128, blank=True, default="", db_comment="operational: Name of the credential."
    )
    sealed_secret = SecretField(
        null=True,
        editable=False,
        db_comment="operational: The credential's secret, sealed; never shown.",
    )
    is_active = models.BooleanField(
        default=False, db_comment="operational: Whether the organization's bytes lie here."
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="operational: When it was set.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(is_active=True), name="one_storage_in_use"
            )
        ]

    def __str__(self) -> str:
        return self.root or "/".join(filter(None, (self.bucket, self.prefix)))


class StorageMove(Tenant, Public):
    """All of an organization's bytes on their way from one place to another.

    No location stands for the organization's part of the platform's own folder.
    """

    class State(models.TextChoices):
        COPYING = "copying", "Being copied"
        SWITCHED = "switched", "In use, source kept"
        CLEARED = "cleared", "Source emptied"

    source = OrgForeignKey(
        StorageLocation,
        null=True,
        related_name="+",
        db_comment="operational: Where the bytes were; none is the platform's folder.",
    )
    target = OrgForeignKey(
        StorageLocation,
        null=True,
        related_name="+",
        db_comment="operational: Where they go; none is the platform's folder.",
    )
    state = models.CharField(
        max_length=8,
        choices=State.choices,
        default=State.COPYING,
        db_comment="operational: How far the move is.",
    )
    copied = models.PositiveBigIntegerField(
        default=0, db_comment="operational: Objects copied and read back so far."
    )
    begun_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: Who began it in the admin; none for a command.",
    )
    begun_at = models.DateTimeField(auto_now_add=True, db_comment="operational: When it began.")
    switched_at = models.DateTimeField(
        null=True, db_comment="operational: When the target was proven whole and taken into use."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state__in=["copying", "switched"]),
                name="one_open_storage_move",
            )
        ]

    def __str__(self) -> str:
        return f"Storage move {self.public_id}"
