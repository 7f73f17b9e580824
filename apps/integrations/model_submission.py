"""ECGs that an EHR submits, as data or by an address they are fetched from."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models

from apps.core.fields import OrgForeignKey, Public, SecretField, Tenant
from apps.core.leases import Leased
from apps.ecg.models import Priority
from apps.ingestion.models import Ingress
from apps.tenants.models import ApiClient, SigningKey, Site

HOST = r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[1-9][0-9]{0,4})?"


class FetchHost(Tenant, Public):
    """A host that ECGs of the organization may be fetched from, and no other."""

    host = models.CharField(
        max_length=259,
        validators=[RegexValidator(f"^{HOST}$", "A host name in small letters, or name:port.")],
        db_comment="operational: Name, or name:port where it is not 443.",
    )
    is_active = models.BooleanField(
        default=True, db_comment="operational: Whether it may be fetched from at present."
    )

    class Meta:
        verbose_name = "fetch host"
        ordering = ["host"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "host"], name="one_fetch_host_a_name")
        ]

    def __str__(self) -> str:
        return self.host


class RequestNonce(Tenant):
    """A word that a program used up with a request; forgotten once no request can carry it."""

    word_hash = models.CharField(
        max_length=64, db_comment="operational: Keyed hash of the program and its word."
    )
    seen_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was used up."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "word_hash"], name="one_nonce_once")
        ]

    def __str__(self) -> str:
        return f"Nonce {self.pk}"


class Submission(Leased, Public):
    """One request to take an ECG in: what was asked, by whom, for what, and its file."""

    client = OrgForeignKey(
        ApiClient, related_name="+", db_comment="operational: The program that asked."
    )
    idem_key = models.CharField(
        max_length=80, db_comment="operational: The program's own name for this submission."
    )
    request_hash = models.CharField(
        max_length=64, db_comment="operational: Hash of what was asked, to know a repetition by."
    )
    purpose = models.CharField(
        max_length=16, db_comment="operational: What for, a code of HL7 v3 PurposeOfUse."
    )
    host = models.CharField(
        max_length=259, blank=True, db_comment="operational: Where it is fetched; empty for data."
    )
    url_sealed = SecretField(
        null=True, db_comment="operational: Sealed address, which may open what it names."
    )
    digest = models.CharField(
        max_length=80,
        blank=True,
        db_comment="operational: Hash that the sender stated, after its kind; or empty.",
    )
    size = models.BigIntegerField(
        null=True, db_comment="operational: Length in bytes that the sender stated."
    )
    stated = models.JSONField(
        default=dict, db_comment="identifier: Whom and which order the sender says it is of."
    )
    site = OrgForeignKey(
        Site, null=True, related_name="+", db_comment="operational: Where it was recorded."
    )
    priority = models.CharField(
        max_length=8,
        choices=Priority.choices,
        default=Priority.ROUTINE,
        db_comment="operational: How soon it must be read.",
    )
    ingress = OrgForeignKey(
        Ingress, null=True, related_name="+", db_comment="operational: The file it became."
    )
    signing_key = OrgForeignKey(
        SigningKey,
        null=True,
        db_index=False,
        related_name="+",
        db_comment="operational: The key that signed the request, where it was signed.",
    )
    requested_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was asked for."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "idem_key"], name="one_submission_a_name"
            )
        ]

    def __str__(self) -> str:
        return f"Submission {self.public_id}"
