"""What a device or site agent proves itself by, besides its key: a signature, a certificate."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from apps.core.fields import OrgForeignKey, Public, SharedForeignKey, Tenant


class SigningKey(Tenant, Public):
    """An Ed25519 public key; the private one never leaves the device or site agent."""

    client = OrgForeignKey(
        "tenants.ApiClient",
        related_name="+",
        db_comment="operational: The device or site agent that signs with it.",
    )
    version = models.PositiveSmallIntegerField(
        db_comment="operational: Which one of its client's keys it is, from 1."
    )
    public_key = models.CharField(
        max_length=64, db_comment="operational: The 32 bytes of the public key, as hexadecimal."
    )
    fingerprint = models.CharField(
        max_length=64,
        db_comment="operational: SHA-256 of its SubjectPublicKeyInfo; the key id of signatures.",
    )
    created_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: The person who added it.",
    )
    created_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was added."
    )
    retired_at = models.DateTimeField(
        null=True, db_comment="operational: From when on nothing new may be signed with it."
    )
    revoked_at = models.DateTimeField(
        null=True, db_comment="operational: When it was found to be in wrong hands."
    )

    class Meta:
        verbose_name = "signing key"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "fingerprint"], name="one_signing_key_once"
            ),
            models.UniqueConstraint(
                fields=["organization", "client", "version"], name="one_signing_key_a_version"
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.version}, {self.fingerprint[:16]}…"


class ClientCertificate(Tenant, Public):
    """A certificate that is shown at the door, bound by its fingerprint (RFC 8705 section 2.2)."""

    client = OrgForeignKey(
        "tenants.ApiClient",
        null=True,
        blank=True,
        related_name="+",
        db_comment="operational: The API client that shows it; empty for a DICOM device's.",
    )
    name = models.CharField(max_length=80, db_comment="operational: What it is called in lists.")
    fingerprint = models.CharField(
        max_length=64, db_comment="operational: SHA-256 of the certificate."
    )
    valid_from = models.DateTimeField(db_comment="operational: When it begins, as it says.")
    valid_until = models.DateTimeField(db_comment="operational: When it ends, as it says.")
    created_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: The person who added it.",
    )
    created_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was added."
    )
    revoked_at = models.DateTimeField(
        null=True, db_comment="operational: When it was revoked; refused since."
    )

    class Meta:
        verbose_name = "client certificate"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "fingerprint"], name="one_certificate_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
