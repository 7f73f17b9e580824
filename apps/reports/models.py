"""Reports: what a reader says of a recording, and the frozen versions that were signed."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from apps.core.fields import OrgForeignKey, Public, SharedForeignKey, Tenant
from apps.ecg.models import Recording
from apps.reports.model_escalation import (
    AlgorithmAlert,
    Escalation,
    EscalationNotice,
    EscalationStep,
    OnCallList,
    OnCallShift,
)
from apps.reports.model_figure import DayFigure
from apps.reports.model_reading import (
    CriticalResult,
    Impression,
    KeptDraft,
    ReadingPolicy,
    SavedView,
    StatementDecision,
)
from apps.reports.model_retraction import Retraction
from apps.reports.model_search import SearchTerm
from apps.reports.model_templates import OwnStatement, ReportTemplate

__all__ = [
    "AlgorithmAlert",
    "CriticalResult",
    "DayFigure",
    "Escalation",
    "EscalationNotice",
    "EscalationStep",
    "Impression",
    "KeptDraft",
    "OnCallList",
    "OnCallShift",
    "OwnStatement",
    "ReadingPolicy",
    "Report",
    "ReportTemplate",
    "ReportVersion",
    "Retraction",
    "SavedView",
    "SearchTerm",
    "Signature",
    "StatementDecision",
]


class Report(Tenant, Public):
    """The reading of one recording."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Unconfirmed"
        SIGNED = "signed", "Signed"
        AMENDING = "amending", "Being amended"
        AMENDED = "amended", "Amended"
        ADDENDED = "addended", "Signed, with addendum"
        LOCKED = "locked", "Locked"
        INADEQUATE = "inadequate", "To be repeated"
        ENTERED_IN_ERROR = "entered_in_error", "Retracted: wrong patient"

    OPEN = (Status.DRAFT, Status.AMENDING)
    # Signed, and to be locked when its time comes.
    CLOSED = (Status.SIGNED, Status.AMENDED, Status.ADDENDED)
    FINAL = (*CLOSED, Status.LOCKED)

    recording = OrgForeignKey(
        Recording, related_name="reports", db_comment="operational: What is read."
    )
    status = models.CharField(
        max_length=16,
        choices=Status.choices,
        default=Status.DRAFT,
        db_comment="operational: Where the reading stands.",
    )
    priority_rank = models.SmallIntegerField(
        db_comment="operational: Copy of the priority as a number, for the worklist's order;"
        " -1 while a critical result of it is open."
    )
    waiting_since = models.DateTimeField(
        db_comment="operational: When the recording was received, for the worklist's order."
    )
    draft_text = models.TextField(blank=True, db_comment="note: The interpretation being written.")
    draft_revision = models.PositiveIntegerField(
        default=1, db_comment="operational: Rises with every saved change; signing names it."
    )
    draft_saved_at = models.DateTimeField(
        null=True, db_comment="operational: When the draft was last saved."
    )
    draft_saved_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: Who last saved the draft; empty for the machine's.",
    )
    submitted_at = models.DateTimeField(
        null=True, db_comment="operational: When a trainee handed the draft over for signing."
    )
    submitted_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: The trainee who handed it over; empty once the text changes.",
    )
    assigned_to = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: The reader who took it from the worklist; empty where nobody did.",
    )
    return_reason = models.CharField(
        max_length=400,
        blank=True,
        db_comment="note: Why the recording is to be repeated; empty unless it is.",
    )
    reading_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: Who has it open to read; counts until a while after the beat.",
    )
    reading_beat_at = models.DateTimeField(
        null=True, db_comment="operational: When that reader's page last said it was open."
    )
    amendment_reason = models.CharField(
        max_length=400, blank=True, db_comment="note: Why the signed version is being amended."
    )
    version_count = models.PositiveSmallIntegerField(
        default=0, db_comment="operational: Number of the newest signed version; 0 before any."
    )
    settled_at = models.DateTimeField(
        null=True, db_comment="operational: When the newest version was signed; empty before any."
    )
    unlocked_at = models.DateTimeField(
        null=True, db_comment="operational: When it was last unlocked; empty since that signing."
    )
    unlock_reason = models.CharField(
        max_length=400, blank=True, db_comment="note: Why it was last unlocked."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "recording"],
                condition=~models.Q(status="entered_in_error"),
                name="one_report_a_recording",
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "priority_rank", "waiting_since", "id"],
                condition=models.Q(status__in=["draft", "amending"]),
                name="report_worklist",
            ),
            models.Index(
                fields=["organization", "priority_rank", "waiting_since", "id"],
                condition=models.Q(status__in=["draft", "amending"], submitted_at__isnull=False),
                name="report_handed_over",
            ),
            models.Index(
                fields=["organization", "-waiting_since"],
                condition=models.Q(status="inadequate"),
                name="report_to_repeat",
            ),
            models.Index(
                fields=["organization", "settled_at"],
                condition=models.Q(status__in=["signed", "amended", "addended"]),
                name="report_to_lock",
            ),
            # The unique key no longer covers what was retracted.
            models.Index(fields=["organization", "recording"], name="report_by_recording"),
        ]

    def __str__(self) -> str:
        return f"Report {self.public_id}"

    @property
    def is_final(self) -> bool:
        return self.status in self.FINAL

    @property
    def is_retracted(self) -> bool:
        return self.status == self.Status.ENTERED_IN_ERROR


class ReportVersion(Tenant, Public):
    """A signed version: written once, never changed, superseded by the next."""

    class Kind(models.TextChoices):
        READING = "reading", "Interpretation"
        ADDENDUM = "addendum", "Addendum"
        RETRACTION = "retraction", "Retraction"

    report = OrgForeignKey(
        Report, related_name="versions", db_comment="operational: The report it is a version of."
    )
    number = models.PositiveSmallIntegerField(
        db_comment="operational: 1 for the first signed version, then 2, 3 and on."
    )
    kind = models.CharField(
        max_length=12,
        choices=Kind.choices,
        default=Kind.READING,
        db_comment="operational: What it adds to the version before.",
    )
    content = models.TextField(
        db_comment="note: Canonical JSON of all that was signed: identity, numbers, statements."
    )
    content_sha256 = models.CharField(
        max_length=64, db_comment="operational: Hash of the content, which names the PDF's hash."
    )
    interpretation = models.TextField(db_comment="note: The interpretation as signed.")
    addendum = models.TextField(
        blank=True, db_comment="note: What an addendum adds; empty for any other version."
    )
    amendment_reason = models.CharField(
        max_length=400, blank=True, db_comment="note: Why it replaces the version before."
    )
    pdf_sha256 = models.CharField(
        max_length=64, db_comment="operational: Names the stored PDF and proves its bytes."
    )
    form_sha256 = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_comment="operational: The same of its one-page form; empty where none was printed.",
    )
    created_at = models.DateTimeField(db_comment="operational: When it was frozen.")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "report", "number"], name="one_version_a_number"
            )
        ]

    def __str__(self) -> str:
        return f"Version {self.number} of report {self.report_id}"


class Signature(Tenant, Public):
    """Who signed which bytes, when and with what meaning (21 CFR 11.50)."""

    class Meaning(models.TextChoices):
        APPROVAL = "approval", "Interpretation approved"
        REVIEW = "review", "Interpretation reviewed"
        RESPONSIBILITY = "responsibility", "Responsible for the interpretation"
        AUTHORSHIP = "authorship", "Author of the interpretation"
        AMENDMENT = "amendment", "Amendment approved"
        ADDENDUM = "addendum", "Author of the addendum"
        RETRACTION = "retraction", "Retraction approved"

    class Method(models.TextChoices):
        PASSWORD = "password", "Password entered at signing"
        PASSKEY = "passkey", "Passkey used at signing"
        OIDC = "oidc", "Signed in again at the identity provider (OpenID Connect)"
        SAML = "saml", "Signed in again at the identity provider (SAML)"

    version = OrgForeignKey(
        ReportVersion, related_name="signatures", db_comment="operational: What was signed."
    )
    signer = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        related_name="+",
        db_comment="operational: The person who signed.",
    )
    printed_name = models.CharField(
        max_length=150, db_comment="identifier: The signer's name as printed that day."
    )
    meaning = models.CharField(
        max_length=16, choices=Meaning.choices, db_comment="operational: What the signature means."
    )
    method = models.CharField(
        max_length=12,
        choices=Method.choices,
        db_comment="operational: How the signer proved who they are.",
    )
    content_sha256 = models.CharField(
        max_length=64, db_comment="operational: Hash of the content that was signed."
    )
    signed_at = models.DateTimeField(db_comment="operational: When it was signed.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "version"], name="one_signature_a_version"
            )
        ]
        indexes = [models.Index(fields=["organization", "signed_at"], name="signature_by_time")]

    def __str__(self) -> str:
        return f"Signature {self.public_id}"
