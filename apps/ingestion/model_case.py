"""A question about whose ECG it is, or which one, that only a person answers."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from apps.core.fields import OrgForeignKey, Public, SharedForeignKey, Tenant
from apps.ecg.models import Recording
from apps.ingestion.models import RecordingArrival


class IdentityCase(Tenant, Public):
    """Opened once for each question; what was decided stays, and why."""

    class Kind(models.TextChoices):
        IDENTITY_CONFLICT = "identity_conflict", "Same signal, other patient"
        TIME_CONFLICT = "time_conflict", "Same signal, other time"
        UID_COLLISION = "uid_collision", "Same object name, other signal"
        CORRECTION = "patient_correction", "Same object, other demographics"
        POSSIBLE_DUPLICATE = "possible_duplicate", "Possible duplicate"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        PROPOSED = "proposed", "Decided, waits for a second person"
        WAITING = "waiting", "Decided, waits for an amendment"
        CLOSED = "closed", "Closed"

    class Decision(models.TextChoices):
        KEEP = "keep", "What is held is right: reject the copy"
        MOVE = "move", "The patient of this copy is right"
        NEW_PATIENT = "new_patient", "A new patient, as this copy says"
        RETIME = "retime", "The time of this copy is right"
        SEPARATE = "separate", "Two different ECGs"
        DUPLICATE = "duplicate", "The same ECG twice"

    kind = models.CharField(
        max_length=20, choices=Kind.choices, db_comment="operational: What is in question."
    )
    subject = models.CharField(
        max_length=80, db_comment="operational: What one open case may exist for; keys and hashes."
    )
    recording = OrgForeignKey(
        Recording, related_name="+", db_comment="operational: The recording in question."
    )
    other = OrgForeignKey(
        Recording,
        null=True,
        related_name="+",
        db_comment="operational: The earlier recording, where two are in question.",
    )
    state = models.CharField(
        max_length=8,
        choices=State.choices,
        default=State.OPEN,
        db_comment="operational: Where the question stands.",
    )
    opened_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When the question came up."
    )
    decision = models.CharField(
        max_length=12,
        blank=True,
        choices=Decision.choices,
        db_comment="operational: What a person decided.",
    )
    chosen = OrgForeignKey(
        RecordingArrival,
        null=True,
        related_name="+",
        db_comment="operational: The copy that is right, where one is.",
    )
    reason = models.CharField(
        max_length=400, blank=True, db_comment="note: Why it was decided so, in the person's words."
    )
    decided_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: Who decided.",
    )
    decided_at = models.DateTimeField(null=True, db_comment="operational: When it was decided.")
    approved_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: The second person, never the one who decided.",
    )
    approved_at = models.DateTimeField(
        null=True, db_comment="operational: When the second person approved."
    )
    refusal = models.CharField(
        max_length=400,
        blank=True,
        db_comment="note: Why the last decision was not approved; empty where none was refused.",
    )
    closed_at = models.DateTimeField(
        null=True, db_comment="operational: When the decision had been carried out."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "subject"],
                condition=~models.Q(state="closed"),
                name="one_open_case_a_question",
            ),
            models.CheckConstraint(
                condition=~models.Q(approved_by=models.F("decided_by")),
                name="case_approved_by_another",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "opened_at", "id"],
                condition=~models.Q(state="closed"),
                name="open_cases",
            ),
            models.Index(fields=["organization", "recording"], name="cases_of_recording"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, case {self.public_id}"
