"""What stands around a report while it is read: kept drafts, decisions, views, critical results."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from apps.core.fields import OrgForeignKey, Public, SharedForeignKey, Tenant


class KeptDraft(Tenant, Public):
    """A text beside the report that is not its draft: written once."""

    class Purpose(models.TextChoices):
        DRAFT = "draft", "Not saved, because somebody else's was"
        ADDENDUM = "addendum", "An addendum to be signed"

    purpose = models.CharField(
        max_length=8,
        choices=Purpose.choices,
        default=Purpose.DRAFT,
        db_comment="operational: What the text is to become.",
    )
    report = OrgForeignKey(
        "reports.Report", related_name="kept_drafts", db_comment="operational: The report read."
    )
    author = SharedForeignKey(
        settings.AUTH_USER_MODEL, related_name="+", db_comment="operational: Who wrote the text."
    )
    text = models.TextField(db_comment="note: The interpretation as its author left it.")
    revision = models.PositiveIntegerField(
        db_comment="operational: The revision that the author had before them."
    )
    kept_at = models.DateTimeField(db_comment="operational: When it was kept.")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Kept draft {self.public_id}"


class SavedView(Tenant, Public):
    """A choice of filters of the worklist under a name; filters are words of our own."""

    name = models.CharField(max_length=40, db_comment="operational: Its name in the list of views.")
    query = models.CharField(
        max_length=300, db_comment="operational: The filters as an address; no patient in it."
    )
    search = models.CharField(
        max_length=500,
        blank=True,
        db_comment="operational: A search in words of our own, which name no patient; empty for"
        " filters of the worklist.",
    )
    owner = SharedForeignKey(
        settings.AUTH_USER_MODEL, related_name="+", db_comment="operational: Who saved it."
    )
    is_shared = models.BooleanField(
        default=False, db_comment="operational: Whether everybody of the organization has it."
    )
    removed_at = models.DateTimeField(
        null=True, db_comment="operational: When its owner took it away; empty while in use."
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class ReadingPolicy(Tenant, Public):
    """How an organization reads: one row at most, none being the default."""

    class EhrDocument(models.TextChoices):
        REPORT = "report", "The whole report"
        FORM = "form", "The one-page form"

    class ReadFirst(models.TextChoices):
        OFF = "off", "Nothing is hidden"
        AI = "ai", "AI results, until an impression is recorded"
        AI_AND_DEVICE = "ai_and_device", "AI results and machine statements, until then"

    read_first = models.CharField(
        max_length=16,
        choices=ReadFirst.choices,
        default=ReadFirst.OFF,
        db_comment="operational: What a reader does not see before recording an impression.",
    )
    critical_minutes = models.PositiveSmallIntegerField(
        default=15,
        db_comment="operational: How long a critical result may stand before the alarm channels"
        " are told.",
    )
    ehr_document = models.CharField(
        max_length=8,
        choices=EhrDocument.choices,
        default=EhrDocument.REPORT,
        db_comment="operational: Which PDF of a signed report travels in messages to the EHR.",
    )
    lock_hours = models.PositiveSmallIntegerField(
        default=24,
        db_comment="operational: Hours from signing until a report locks; 0 locks it at once.",
    )
    locks_when_acknowledged = models.BooleanField(
        default=True,
        db_comment="operational: Whether an acknowledgement of the EHR locks it before that.",
    )

    class Meta:
        verbose_name = "reading policy"
        verbose_name_plural = "reading policies"
        constraints = [
            models.UniqueConstraint(fields=["organization"], name="one_reading_policy"),
        ]

    def __str__(self) -> str:
        return f"Read first: {self.get_read_first_display()}"


class Impression(Tenant, Public):
    """What a reader saw before the machine's words were shown: written once."""

    report = OrgForeignKey(
        "reports.Report", related_name="impressions", db_comment="operational: The report read."
    )
    reader = SharedForeignKey(
        settings.AUTH_USER_MODEL, related_name="+", db_comment="operational: Whose impression."
    )
    text = models.TextField(db_comment="note: The impression.")
    recorded_at = models.DateTimeField(db_comment="operational: When it was recorded.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "report", "reader"], name="one_impression_a_reader"
            )
        ]

    def __str__(self) -> str:
        return f"Impression {self.public_id}"


class StatementDecision(Tenant, Public):
    """A machine or AI statement accepted or overridden by a reader: written once, newest counts."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        OVERRIDDEN = "overridden", "Overridden"

    report = OrgForeignKey(
        "reports.Report", related_name="decisions", db_comment="operational: The report read."
    )
    subject = models.CharField(
        max_length=64, db_comment="operational: Hash of source, method and text of the statement."
    )
    source = models.CharField(max_length=12, db_comment="operational: device, platform or model.")
    method = models.CharField(
        max_length=100, blank=True, db_comment="operational: What said it, with its version."
    )
    text = models.TextField(db_comment="derived: The statement as it was shown.")
    verdict = models.CharField(
        max_length=12, choices=Verdict.choices, db_comment="operational: What the reader said."
    )
    reason = models.CharField(max_length=400, blank=True, db_comment="note: Why it was overridden.")
    decided_by = SharedForeignKey(
        settings.AUTH_USER_MODEL, related_name="+", db_comment="operational: The reader."
    )
    decided_at = models.DateTimeField(db_comment="operational: When it was decided.")

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["organization", "verdict", "-id"], name="override_ledger"),
            models.Index(fields=["organization", "decided_at"], name="decision_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}: {self.text}"


class CriticalResult(Tenant, Public):
    """Something that a person must be told of now, from being raised to being acknowledged."""

    report = OrgForeignKey(
        "reports.Report", related_name="criticals", db_comment="operational: The report it is of."
    )
    code = models.CharField(
        max_length=40, db_comment="operational: Which rule raised it, or that a person did."
    )
    text = models.CharField(max_length=200, db_comment="derived: What is critical, in words.")
    raised_at = models.DateTimeField(db_comment="operational: When the clock began.")
    raised_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: The person who raised it; empty for the platform.",
    )
    times = models.PositiveIntegerField(
        default=1, db_comment="operational: How often the same was found."
    )
    next_step_at = models.DateTimeField(
        null=True,
        db_comment="operational: When the next step of the ladder is due; empty for none.",
    )
    acknowledged_at = models.DateTimeField(
        null=True, db_comment="operational: When a person said who was told; empty while open."
    )
    acknowledged_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: The person who acknowledged it.",
    )
    told_whom = models.CharField(
        max_length=150, blank=True, db_comment="note: Who was told, as the person wrote it."
    )
    told_how = models.CharField(
        max_length=12, blank=True, db_comment="operational: By telephone, in person, by page."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "report", "code"], name="one_critical_a_code"
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "raised_at"],
                condition=models.Q(acknowledged_at=None),
                name="critical_open",
            )
        ]

    def __str__(self) -> str:
        return f"Critical result {self.public_id}"
