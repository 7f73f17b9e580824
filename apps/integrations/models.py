"""Where reports go and what became of each delivery."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.core.fields import OrgForeignKey, Public, SecretField, Tenant
from apps.core.leases import Leased
from apps.integrations.destinations.mllp.words import WORDS
from apps.integrations.model_alarm import AlarmChannel, AlarmNotice
from apps.integrations.model_submission import FetchHost, RequestNonce, Submission
from apps.reports.models import ReportVersion

__all__ = [
    "AlarmChannel",
    "AlarmNotice",
    "Delivery",
    "Destination",
    "FetchHost",
    "RequestNonce",
    "Submission",
]


class Destination(Tenant, Public):
    """A receiving system of an organization."""

    class Kind(models.TextChoices):
        MLLP = "mllp", "HL7 v2 over MLLP"

    class Processing(models.TextChoices):
        PRODUCTION = "P", "Production"
        TRAINING = "T", "Training"

    class Transport(models.TextChoices):
        TLS = "tls", "TLS: encrypted, the receiver proves who it is"
        PRIVATE = "private", "Not encrypted: the network to it is private, such as a VPN"

    name = models.CharField(max_length=80, db_comment="operational: Name shown with deliveries.")
    kind = models.CharField(
        max_length=8,
        choices=Kind.choices,
        default=Kind.MLLP,
        db_comment="operational: How it is spoken to.",
    )
    host = models.CharField(max_length=253, db_comment="operational: Host name or address.")
    port = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(65535)],
        db_comment="operational: TCP port.",
    )
    transport = models.CharField(
        max_length=8,
        choices=Transport.choices,
        default=Transport.TLS,
        db_comment="operational: Whether TLS is spoken, or the network between is private.",
    )
    tls_authorities = models.TextField(
        blank=True,
        default="",
        verbose_name="trusted certificates",
        db_comment="operational: PEM of its certificate or who signs it; none: the machine's.",
    )
    tls_name = models.CharField(
        max_length=253,
        blank=True,
        default="",
        verbose_name="name in its certificate",
        db_comment="operational: Whom its certificate is for; empty: the host itself.",
    )
    tls_certificate = models.TextField(
        blank=True,
        default="",
        verbose_name="our certificate",
        db_comment="operational: PEM shown to it, with those above it; empty for none.",
    )
    tls_key = SecretField(
        null=True,
        editable=False,
        db_comment="operational: Sealed private key of the certificate shown to it.",
    )
    receiving_application = models.CharField(
        max_length=64, default="EHR", db_comment="operational: MSH-5 of messages to it."
    )
    receiving_facility = models.CharField(
        max_length=64, blank=True, db_comment="operational: MSH-6 of messages to it."
    )
    processing_id = models.CharField(
        max_length=1,
        choices=Processing.choices,
        default=Processing.PRODUCTION,
        db_comment="operational: MSH-11 of messages to it.",
    )
    includes_pdf = models.BooleanField(
        default=True, db_comment="operational: Whether the PDF travels in the message."
    )
    is_active = models.BooleanField(
        default=True, db_comment="operational: Whether signed reports are sent to it."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="one_destination_a_name")
        ]

    def __str__(self) -> str:
        return self.name


class Delivery(Leased, Public):
    """One message to one destination, sent until acknowledged; the same bytes every time."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting to be sent"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        REJECTED = "rejected", "Rejected by the receiver"
        SUPERSEDED = "superseded", "Superseded by a newer version"

    destination = OrgForeignKey(
        Destination, related_name="+", db_comment="operational: Where it goes."
    )
    report_version = OrgForeignKey(
        ReportVersion, related_name="deliveries", db_comment="operational: What it carries."
    )
    dedupe_key = models.CharField(
        max_length=80, db_comment="operational: Destination and version; a message is made once."
    )
    control_id = models.CharField(
        max_length=20, db_comment="operational: MSH-10, the same on every resend."
    )
    message_sha256 = models.CharField(
        max_length=64, blank=True, db_comment="operational: Names the stored message."
    )
    status = models.CharField(
        max_length=12,
        choices=Status.choices,
        default=Status.QUEUED,
        db_comment="operational: What the receiver said.",
    )
    ack_code = models.CharField(
        max_length=2, blank=True, db_comment="operational: MSA-1 of the acknowledgement."
    )
    ack_text = models.CharField(
        max_length=200, blank=True, db_comment="note: What the receiver wrote in MSA-3 or ERR."
    )
    created_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was queued."
    )
    acknowledged_at = models.DateTimeField(
        null=True, db_comment="operational: When the acknowledgement came."
    )

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "dedupe_key"], name="one_delivery_a_message"
            )
        ]
        indexes = [
            models.Index(fields=["organization", "report_version"], name="delivery_by_version")
        ]

    def __str__(self) -> str:
        return f"Delivery {self.public_id}"

    @property
    def reason(self) -> str:
        """What the code of the last failure means; empty for one without words of its own."""
        return WORDS.get(self.error_code, "")

    @property
    def is_again(self) -> bool:
        """Whether it carries its version once more, under an order that came after signing."""
        return not self.dedupe_key.endswith(str(self.report_version.public_id))
