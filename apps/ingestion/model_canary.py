"""Canaries sent through the doors themselves, each awaited until its deadline."""

from __future__ import annotations

from django.db import models

from apps.core.fields import OrgForeignKey, Public
from apps.core.leases import Leased

# The API client as which the platform calls its own doors.
PROGRAM = "Test ECGs of the platform"


class PathCanary(Leased, Public):
    """One ECG of nobody, sent by a worker through one path as the path's own senders do it."""

    class Path(models.TextChoices):
        UPLOAD = "upload", "Upload by the API"
        EHR = "ehr", "EHR, $submit-ecg"
        DICOM = "dicom", "DICOM network"
        SMB = "smb", "File share"

    class Status(models.TextChoices):
        WANTED = "wanted", "To be sent"
        SENT = "sent", "Awaited"
        PASSED = "passed", "Passed"
        FAILED = "failed", "Failed"
        MISSING = "missing", "Missing"
        IMPOSSIBLE = "impossible", "Cannot be sent"

    path = models.CharField(
        max_length=8, choices=Path.choices, db_comment="operational: The door it went to."
    )
    place = models.CharField(
        max_length=80,
        blank=True,
        db_comment="operational: Which one of that kind: an AE title, the name of a share.",
    )
    status = models.CharField(
        max_length=12,
        choices=Status.choices,
        default=Status.WANTED,
        db_comment="operational: What became of it.",
    )
    stage = models.CharField(
        max_length=8, blank=True, db_comment="operational: Where it failed, or could not be sent."
    )
    code = models.CharField(
        max_length=64, blank=True, db_comment="operational: Why it failed or could not be sent."
    )
    sha256 = models.CharField(
        max_length=64,
        blank=True,
        db_comment="operational: Hash of its bytes, to know it by.",
    )
    canonical_hash = models.CharField(
        max_length=80, blank=True, db_comment="operational: Hash of the signal it must come out as."
    )
    wanted_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was asked for."
    )
    sent_at = models.DateTimeField(null=True, db_comment="operational: When it was sent.")
    due_at = models.DateTimeField(db_comment="operational: When it is missing.")
    settled_at = models.DateTimeField(
        null=True, db_comment="operational: When it had passed, failed or was missing."
    )
    ingress = OrgForeignKey(
        "ingestion.Ingress",
        null=True,
        db_index=False,
        related_name="+",
        db_comment="operational: The file it became.",
    )

    class Meta:
        verbose_name = "test ECG"
        verbose_name_plural = "test ECGs"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["organization", "sha256"], name="canary_by_bytes"),
            models.Index(fields=["organization", "path", "place", "-id"], name="canary_by_path"),
        ]

    def __str__(self) -> str:
        return f"{self.get_path_display()} {self.place}".strip()
