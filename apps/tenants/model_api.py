"""Programs that work for an organization, and the keys they show."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from apps.core.fields import OrgForeignKey, Public, SharedForeignKey, Tenant


class Scope(models.TextChoices):
    """What a program may do; one is asked for by every operation."""

    FILES_WRITE = "files:write", "Send files"
    FILES_READ = "files:read", "Follow files"
    SUBMISSIONS_WRITE = "submissions:write", "Submit ECGs for a patient, as data or by address"
    SUBMISSIONS_READ = "submissions:read", "Follow submissions"
    ORDERS_WRITE = "orders:write", "Place, change and cancel orders"
    ORDERS_READ = "orders:read", "Read orders"
    RECORDINGS_READ = "recordings:read", "Read recordings"
    REPORTS_READ = "reports:read", "Read reports"


class ApiClient(Tenant, Public):
    """A program of the organization: what it may do and until when."""

    name = models.CharField(max_length=80, db_comment="operational: What the program is called.")
    scopes = models.CharField(
        max_length=200, db_comment="operational: What it may do, names with spaces between."
    )
    expires_at = models.DateTimeField(
        null=True, blank=True, db_comment="operational: When its keys end; empty for no end."
    )
    signature_required = models.BooleanField(
        default=False,
        db_comment="operational: True where the ECGs it sends must be signed.",
    )
    certificate_required = models.BooleanField(
        default=False,
        db_comment="operational: True where it must show a certificate of its own.",
    )
    created_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: The person who made it.",
    )
    created_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was made."
    )
    revoked_at = models.DateTimeField(
        null=True, db_comment="operational: When it was shut out; no key of it works since."
    )

    class Meta:
        verbose_name = "API client"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="one_client_a_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_names(self) -> frozenset[str]:
        return frozenset(self.scopes.split())


class ApiKey(Tenant):
    """One secret of a client. Only its hash is kept; the secret itself is shown once."""

    client = OrgForeignKey(
        ApiClient, related_name="keys", db_comment="operational: The program it admits."
    )
    prefix = models.CharField(
        max_length=16, db_comment="operational: How the key begins, to tell one from another."
    )
    key_hash = models.CharField(
        max_length=64, unique=True, db_comment="operational: SHA-256 of the key."
    )
    created_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: The person who made it.",
    )
    created_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was made."
    )
    expires_at = models.DateTimeField(
        null=True, db_comment="operational: When it ends; empty while its client goes on."
    )
    last_used_on = models.DateField(
        null=True, db_comment="operational: The last day it was shown, UTC."
    )
    revoked_at = models.DateTimeField(null=True, db_comment="operational: When it was ended early.")

    class Meta:
        verbose_name = "API key"
        ordering = ["-id"]
        indexes = [models.Index(fields=["organization", "client"], name="api_key_by_client")]

    def __str__(self) -> str:
        return f"{self.prefix}…"
