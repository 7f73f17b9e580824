"""What came over the DICOM network, by the names that its senders use."""

from __future__ import annotations

from django.db import models

from apps.core.fields import OrgForeignKey, Public, Tenant
from apps.core.leases import Leased
from apps.ingestion.models import Ingress


class DicomObject(Tenant):
    """One object that was stored: written before its sender is told so."""

    ingress = OrgForeignKey(
        Ingress, related_name="+", db_comment="operational: The file it was kept as."
    )
    sop_class_uid = models.CharField(max_length=64, db_comment="operational: What kind it is.")
    sop_instance_uid = models.CharField(
        max_length=64, db_comment="identifier: The object's name, as its sender called it."
    )
    calling_title = models.CharField(
        max_length=16, db_comment="operational: AE title of the device that sent it."
    )
    called_title = models.CharField(
        max_length=16, db_comment="operational: AE title that was called."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "ingress"], name="one_object_a_file")
        ]
        indexes = [
            models.Index(fields=["organization", "sop_instance_uid"], name="dicom_object_by_uid")
        ]

    def __str__(self) -> str:
        return f"DICOM object {self.pk}"


class StorageCommitment(Leased, Public):
    """A peer asked whether objects are safely kept, and is answered until it has heard it."""

    calling_title = models.CharField(
        max_length=16, db_comment="operational: AE title of the peer that asked."
    )
    called_title = models.CharField(
        max_length=16, db_comment="operational: AE title that was called, and answers."
    )
    transaction_uid = models.CharField(
        max_length=64, db_comment="operational: The peer's name for its question."
    )
    asked_for = models.JSONField(
        db_comment="identifier: SOP class and instance UID of each object that is asked for."
    )
    asked_at = models.DateTimeField(auto_now_add=True, db_comment="operational: When it asked.")
    answered_at = models.DateTimeField(
        null=True, db_comment="operational: When the peer took the answer."
    )
    kept = models.PositiveIntegerField(
        null=True, db_comment="operational: How many of the objects are kept."
    )
    missing = models.PositiveIntegerField(
        null=True, db_comment="operational: How many are not, and why was told."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "calling_title", "transaction_uid"],
                name="one_commitment_a_question",
            )
        ]

    def __str__(self) -> str:
        return f"Storage commitment {self.public_id}"
