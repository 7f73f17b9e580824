"""Peers of the DICOM network that are called back, and where."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from apps.core.fields import Public, Tenant
from apps.tenants.model_inbound import CALLING


class DicomPeer(Tenant, Public):
    """A device or archive that hears at its own address what was kept of what it sent."""

    title = models.CharField(
        max_length=16,
        validators=[RegexValidator(f"^{CALLING}$", "16 printable characters without \\.")],
        verbose_name="AE title",
        db_comment="operational: What it calls itself, and is called there.",
    )
    host = models.CharField(
        max_length=253, verbose_name="address", db_comment="operational: Host name or address."
    )
    port = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(65535)],
        db_comment="operational: TCP port.",
    )
    uses_tls = models.BooleanField(
        default=False,
        verbose_name="TLS",
        db_comment="operational: Whether it is spoken to by TLS, its certificate checked.",
    )
    is_active = models.BooleanField(
        default=True, db_comment="operational: Whether it is called back."
    )

    class Meta:
        verbose_name = "DICOM peer"
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "title"], name="one_peer_a_title")
        ]

    def __str__(self) -> str:
        return self.title
