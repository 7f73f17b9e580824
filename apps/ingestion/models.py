"""Files that arrived, by whatever road."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from apps.core.fields import OrgForeignKey, Public, SharedForeignKey, Tenant
from apps.core.leases import LIVE, Leased
from apps.ecg.models import Priority, Recording
from apps.ingestion.content import Content


class Ingress(Leased, Public):
    """One accepted file on the queue: scan, decode, link. Every door writes the same row."""

    class Source(models.TextChoices):
        WEB = "web", "Web upload"
        IMPORT = "import", "Bulk import"
        SMB = "smb", "File share"
        EHR = "ehr", "EHR"
        DICOM = "dicom", "DICOM network"
        API = "api", "API"
        CANARY = "canary", "The platform's own test"

    class Outcome(models.TextChoices):
        PENDING = "pending", "In work"
        NEW = "new", "New recording"
        SAME_BYTES = "same_bytes", "Same file again"
        SAME_SIGNAL = "same_signal", "Same recording in another file"
        IDENTITY_CONFLICT = "identity_conflict", "Same signal, other patient"
        TIME_CONFLICT = "time_conflict", "Same signal, other time"
        CORRECTION = "patient_correction", "Same object, other demographics"
        QUARANTINED = "quarantined", "Refused"
        DOCUMENT = "document", "Document, no ECG"
        UNPACKED = "unpacked", "Archive, unpacked"

    class Antivirus(models.TextChoices):
        PENDING = "pending", "Not looked at yet"
        CLEAN = "clean", "Nothing found"
        INFECTED = "infected", "Malware found"
        TOO_LARGE = "too_large", "Too large to scan"
        NOT_SCANNED = "not_scanned", "Not scanned by antivirus"

    source = models.CharField(
        max_length=8, choices=Source.choices, db_comment="operational: The door it came through."
    )
    idem_key = models.CharField(
        max_length=80, db_comment="operational: The sender's own name for this delivery."
    )
    sha256 = models.CharField(
        max_length=64,
        blank=True,
        db_comment="identifier: Hash of the bytes; empty while they lie in staging.",
    )
    size = models.BigIntegerField(db_comment="operational: Length in bytes.")
    filename = models.CharField(
        max_length=255, blank=True, db_comment="identifier: Name given by the sender, for display."
    )
    content = models.CharField(
        max_length=8,
        choices=Content.choices,
        default=Content.ECG,
        db_comment="operational: What its sender says it is.",
    )
    sender = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: The person who sent it, where a person did.",
    )
    site = OrgForeignKey(
        "tenants.Site", null=True, related_name="+", db_comment="operational: Where it came from."
    )
    priority = models.CharField(
        max_length=8,
        choices=Priority.choices,
        default=Priority.ROUTINE,
        db_comment="operational: How soon it must be read.",
    )
    received_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was accepted."
    )
    scanned_at = models.DateTimeField(
        null=True, db_comment="operational: When its content was sniffed and capped."
    )
    antivirus = models.CharField(
        max_length=12,
        choices=Antivirus.choices,
        default=Antivirus.PENDING,
        db_comment="operational: What the malware scanner said of it.",
    )
    antivirus_engine = models.CharField(
        max_length=128, blank=True, db_comment="operational: Scanner, its version and signatures."
    )
    antivirus_signature = models.CharField(
        max_length=128, blank=True, db_comment="operational: Name of the malware found."
    )
    antivirus_at = models.DateTimeField(
        null=True, db_comment="operational: When the malware scanner looked at it."
    )
    parent = OrgForeignKey(
        "self",
        null=True,
        db_index=False,
        related_name="members",
        db_comment="operational: The archive it was unpacked from.",
    )
    member = models.PositiveSmallIntegerField(
        null=True, db_comment="operational: Its place in that archive, from 0."
    )
    format = models.CharField(
        max_length=32, blank=True, db_comment="operational: The format it was recognised as."
    )
    released_code = models.CharField(
        max_length=64, blank=True, db_comment="operational: The refusal a person set aside."
    )
    released_before = models.JSONField(
        default=list, db_comment="operational: Refusals that persons set aside before that one."
    )
    released_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: Who released it.",
    )
    released_at = models.DateTimeField(null=True, db_comment="operational: When it was released.")
    release_reason = models.CharField(
        max_length=200, blank=True, db_comment="note: Why it was released, in a person's words."
    )
    decoded_at = models.DateTimeField(null=True, db_comment="operational: When it was decoded.")
    outcome = models.CharField(
        max_length=20,
        choices=Outcome.choices,
        default=Outcome.PENDING,
        db_comment="operational: What became of it.",
    )
    refusal_field = models.CharField(
        max_length=64, blank=True, db_comment="operational: The field at fault, where refused."
    )
    refusal_message = models.TextField(
        blank=True, db_comment="operational: What the sender can do, without patient data."
    )
    refusal_checks = models.JSONField(
        default=list, db_comment="derived: The checks that were made, where refused by one of them."
    )
    recording = OrgForeignKey(
        Recording, null=True, related_name="+", db_comment="operational: The recording it became."
    )
    stated = models.JSONField(
        default=dict,
        db_comment="identifier: Whom and which order its sender says it is of, where it said so.",
    )
    signing_key = OrgForeignKey(
        "tenants.SigningKey",
        null=True,
        db_index=False,
        related_name="+",
        db_comment="operational: The key that signed it, where it was signed.",
    )
    signature_code = models.CharField(
        max_length=32,
        blank=True,
        default="",
        db_comment="operational: Why its signature does not hold, until a person sets that aside.",
    )
    is_canary = models.BooleanField(
        default=False, db_comment="operational: Sent by the platform itself to prove that it works."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "source", "idem_key"], name="one_ingress_a_delivery"
            ),
            models.UniqueConstraint(
                fields=["organization", "parent", "member"], name="one_ingress_a_member"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-received_at", "-id"], name="ingress_newest"),
            models.Index(fields=["organization", "sha256"], name="ingress_by_bytes"),
            models.Index(
                fields=["organization", "site", "-received_at"],
                condition=models.Q(site__isnull=False, is_canary=False, lane=LIVE),
                name="ingress_of_site",
            ),
            models.Index(
                fields=["organization", "-id"],
                condition=models.Q(is_canary=True),
                name="ingress_canaries",
            ),
            models.Index(
                fields=["organization", "-id"],
                condition=models.Q(state__in=["quarantined", "dead"]),
                name="ingress_stopped",
            ),
        ]

    def __str__(self) -> str:
        return f"Arrival {self.public_id}"

    def is_set_aside(self, code: str) -> bool:
        """Whether a person let it through whatever that refusal says."""
        return code == self.released_code or code in self.released_before


class RecordingArrival(Tenant):
    """One copy of a recording that reached the platform, and how it was recognised."""

    recording = OrgForeignKey(
        Recording, related_name="arrivals", db_comment="operational: The recording it is a copy of."
    )
    ingress = OrgForeignKey(
        Ingress, related_name="+", db_comment="operational: The file that carried it."
    )
    outcome = models.CharField(
        max_length=20,
        choices=Ingress.Outcome.choices,
        db_comment="operational: How it was recognised.",
    )
    identity = models.JSONField(
        default=dict,
        db_comment="identifier: Demographics and time in this copy, for the resolve page only.",
    )
    sop_instance_uid = models.CharField(
        max_length=64, blank=True, db_comment="identifier: DICOM object id of this copy."
    )
    accession_number = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_comment="identifier: Order or accession number of this copy, or of who sent it.",
    )
    arrived_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was linked."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "ingress"], name="one_arrival_a_file")
        ]
        indexes = [
            models.Index(fields=["organization", "recording"], name="arrival_by_recording"),
            models.Index(
                fields=["organization", "sop_instance_uid"],
                condition=~models.Q(sop_instance_uid=""),
                name="arrival_by_uid",
            ),
            models.Index(
                fields=["organization", "accession_number"],
                condition=~models.Q(accession_number=""),
                name="arrival_by_accession",
            ),
        ]

    def __str__(self) -> str:
        return f"Arrival of recording {self.recording_id}"


from apps.ingestion.model_canary import PathCanary as PathCanary  # noqa: E402
from apps.ingestion.model_case import IdentityCase as IdentityCase  # noqa: E402
from apps.ingestion.model_dicom import DicomObject as DicomObject  # noqa: E402
from apps.ingestion.model_dicom import StorageCommitment as StorageCommitment  # noqa: E402
from apps.ingestion.model_order import Order as Order  # noqa: E402
from apps.ingestion.model_order import OrderCase as OrderCase  # noqa: E402
from apps.ingestion.model_order import OrderLink as OrderLink  # noqa: E402
from apps.ingestion.model_order import OrderMessage as OrderMessage  # noqa: E402
from apps.ingestion.model_profile import ExperimentalFormat as ExperimentalFormat  # noqa: E402
from apps.ingestion.model_profile import ProfileSample as ProfileSample  # noqa: E402
from apps.ingestion.model_profile import VendorProfile as VendorProfile  # noqa: E402
from apps.ingestion.model_rules import ProcessingRules as ProcessingRules  # noqa: E402
from apps.ingestion.model_share import ShareSource as ShareSource  # noqa: E402
from apps.ingestion.model_share_file import ShareFile as ShareFile  # noqa: E402
from apps.ingestion.model_share_file import Sidecar as Sidecar  # noqa: E402
from apps.ingestion.model_upload import UploadPart as UploadPart  # noqa: E402
from apps.ingestion.model_upload import UploadSession as UploadSession  # noqa: E402
