"""What lies on the shares, as far as it is known."""

from __future__ import annotations

from django.db import models

from apps.core.fields import OrgForeignKey, Public, SealedField, Tenant
from apps.ingestion.model_share import ShareSource
from apps.ingestion.models import Ingress


class ShareFile(Tenant, Public):
    """One name on a share, and how far its present content has come."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waits until it is no longer written"
        INCOMPLETE = "incomplete", "Not whole yet"
        ACCEPTED = "accepted", "Accepted, not yet archived"
        SETTLED = "settled", "Accepted and archived"
        REFUSED = "refused", "Cannot be taken"
        GONE = "gone", "Gone before it was taken"

    source = OrgForeignKey(
        ShareSource, related_name="+", db_comment="operational: The share it lies on."
    )
    place_hash = models.CharField(
        max_length=64, db_comment="identifier: Salted hash of its path there."
    )
    stem_hash = models.CharField(
        max_length=64,
        db_comment="identifier: Salted hash of its path without the ending, whatever the case.",
    )
    path_sealed = SealedField(
        db_comment="identifier: Sealed path, for a person who looks for the file."
    )
    state = models.CharField(
        max_length=12,
        choices=State.choices,
        default=State.WAITING,
        db_comment="operational: How far its content has come.",
    )
    problem = models.CharField(
        max_length=48, blank=True, db_comment="operational: Code of what stands in the way."
    )
    size = models.BigIntegerField(db_comment="operational: Length in bytes.")
    version = models.CharField(
        max_length=64, db_comment="operational: Length and time by which a change is noticed."
    )
    looks = models.PositiveIntegerField(
        default=1, db_comment="operational: Looks that found it unchanged."
    )
    first_seen_at = models.DateTimeField(
        db_comment="operational: When this content was first seen."
    )
    unchanged_since = models.DateTimeField(
        db_comment="operational: When it was first seen as it is now."
    )
    last_seen_at = models.DateTimeField(
        db_comment="operational: When it was last seen, until it is settled."
    )
    is_document = models.BooleanField(
        default=False, db_comment="operational: Whether it is a document beside an ECG."
    )
    ingress = OrgForeignKey(
        Ingress,
        null=True,
        related_name="+",
        db_comment="operational: The arrival that its content became.",
    )
    settled_at = models.DateTimeField(
        null=True, db_comment="operational: When it was accepted and archived."
    )

    class Meta:
        verbose_name = "file on a share"
        verbose_name_plural = "files on shares"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "source", "place_hash"], name="one_row_a_place"
            )
        ]
        indexes = [
            models.Index(fields=["organization", "source", "stem_hash"], name="share_file_by_stem"),
            models.Index(
                fields=["organization", "source", "state"],
                condition=~models.Q(state__in=["settled", "gone"]),
                name="share_files_in_work",
            ),
        ]

    def __str__(self) -> str:
        return f"File {self.public_id}"


class Sidecar(Tenant):
    """A document that lay beside an ECG under its name."""

    ecg = OrgForeignKey(
        Ingress, related_name="+", db_comment="operational: The arrival of the ECG."
    )
    document = OrgForeignKey(
        Ingress, related_name="+", db_comment="operational: The arrival of the document."
    )
    paired_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When the second of the two had arrived."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "ecg", "document"], name="one_pair_of_arrivals"
            )
        ]
        indexes = [
            models.Index(fields=["organization", "document"], name="sidecar_by_document"),
        ]

    def __str__(self) -> str:
        return f"Document of arrival {self.ecg_id}"
