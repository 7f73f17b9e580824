"""Requests for ECGs: what was ordered, every message about it, and which ECG answers it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from apps.core.fields import OrgForeignKey, Public, SharedForeignKey, Tenant
from apps.ecg.models import Priority, Recording
from apps.ingestion.acquired import CLOCK_CHANGES


class Order(Tenant, Public):
    """One request, named by its placer's number and the authority that gave it."""

    class Status(models.TextChoices):
        ORDERED = "ordered", "Ordered"
        IN_PROGRESS = "in_progress", "In progress"
        COMPLETED = "completed", "Completed"
        CANCELLED = "cancelled", "Cancelled"
        DISCONTINUED = "discontinued", "Discontinued"

    class Source(models.TextChoices):
        API = "api", "API"
        HL7 = "hl7", "HL7 message"

    class Doubt(models.TextChoices):
        REPEATED = "repeated", CLOCK_CHANGES["repeated"]
        SKIPPED = "skipped", CLOCK_CHANGES["skipped"]

    # Those that an ECG may still answer, and those that were called off.
    OPEN = (Status.ORDERED, Status.IN_PROGRESS)
    CALLED_OFF = (Status.CANCELLED, Status.DISCONTINUED)

    placer_number = models.CharField(
        max_length=64, db_comment="identifier: Number that who ordered gave it."
    )
    placer_authority = models.CharField(
        max_length=64, db_comment="identifier: Who assigns the placer's numbers."
    )
    filler_number = models.CharField(
        max_length=64, blank=True, db_comment="identifier: Number that who makes the ECG gave it."
    )
    filler_authority = models.CharField(
        max_length=64, blank=True, db_comment="identifier: Who assigns the filler's numbers."
    )
    accession_number = models.CharField(
        max_length=64, blank=True, db_comment="identifier: Accession number."
    )
    patient_number = models.CharField(
        max_length=64, blank=True, db_comment="identifier: Record number of the patient, as stated."
    )
    patient_authority = models.CharField(
        max_length=64, blank=True, db_comment="identifier: Who assigns the record number."
    )
    identity = models.JSONField(
        default=dict, db_comment="identifier: Demographics as the order states them; shown only."
    )
    code = models.CharField(
        max_length=64, blank=True, db_comment="operational: Code of what is asked for."
    )
    coding_system = models.CharField(
        max_length=64, blank=True, db_comment="operational: System of the code."
    )
    text = models.CharField(
        max_length=200, blank=True, db_comment="note: What is asked for, in words."
    )
    priority = models.CharField(
        max_length=8,
        choices=Priority.choices,
        default=Priority.ROUTINE,
        db_comment="operational: How soon it must be made and read.",
    )
    requester = models.CharField(
        max_length=120, blank=True, db_comment="operational: Who ordered it, as stated."
    )
    callback = models.CharField(
        max_length=40, blank=True, db_comment="operational: Where who ordered it is called back."
    )
    starts_at = models.DateTimeField(
        null=True, db_comment="identifier: When it is to be made, UTC; null where not stated."
    )
    starts_local = models.CharField(
        max_length=40, blank=True, db_comment="identifier: The same as the order says it."
    )
    starts_zone = models.CharField(
        max_length=64, blank=True, db_comment="operational: Zone used to turn local into UTC."
    )
    starts_doubt = models.CharField(
        max_length=8,
        blank=True,
        choices=Doubt.choices,
        db_comment="operational: Why the start may be an hour off, where a clock changed then.",
    )
    status = models.CharField(
        max_length=12,
        choices=Status.choices,
        default=Status.ORDERED,
        db_comment="operational: Where the request stands.",
    )
    source = models.CharField(
        max_length=8, choices=Source.choices, db_comment="operational: Door it came by first."
    )
    stated_at = models.DateTimeField(
        db_comment="operational: When the newest message that holds was made, by its own time."
    )
    received_at = models.DateTimeField(
        db_comment="operational: When the first message about it came."
    )
    trace_id = models.UUIDField(db_comment="operational: Given at the door.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "placer_number", "placer_authority"],
                name="one_order_a_placer_number",
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", name],
                condition=~models.Q(**{name: ""}),
                name=f"order_by_{short}",
            )
            for name, short in (
                ("filler_number", "filler"),
                ("accession_number", "accession"),
                ("requester", "requester"),
            )
        ] + [
            models.Index(
                fields=["organization", "patient_number", "patient_authority"],
                condition=models.Q(status__in=["ordered", "in_progress"]),
                name="open_orders_of_patient",
            ),
            models.Index(fields=["organization", "-received_at", "-id"], name="order_newest"),
        ]

    def __str__(self) -> str:
        return f"Order {self.public_id}"

    @property
    def numbers(self) -> set[str]:
        """Those that an ECG may name it by."""
        return {self.placer_number, self.filler_number, self.accession_number} - {""}


class OrderMessage(Tenant, Public):
    """One message about orders, its bytes kept under `sha256`. Sent again it is the same row.

    A message that was refused changed no order and belongs to none.
    """

    class Effect(models.TextChoices):
        APPLIED = "applied", "Applied"
        OLDER = "older", "Older than what was known"
        REFUSED = "refused", "Refused"

    order = OrgForeignKey(
        Order,
        null=True,
        related_name="messages",
        db_comment="operational: The order it speaks of; none where it was refused.",
    )
    control = models.CharField(
        max_length=2,
        blank=True,
        db_comment="operational: Order control code, ORC-1 of HL7 v2; empty where it was refused.",
    )
    effect = models.CharField(
        max_length=8, choices=Effect.choices, db_comment="operational: What became of it."
    )
    source = models.CharField(
        max_length=8, choices=Order.Source.choices, db_comment="operational: Door it came by."
    )
    client = OrgForeignKey(
        "tenants.ApiClient",
        null=True,
        related_name="+",
        db_comment="operational: The program that sent it.",
    )
    sha256 = models.CharField(
        max_length=64, db_comment="identifier: Names the stored bytes of the message."
    )
    name_hash = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_comment="operational: Hash of listener, sender and control id; empty by other doors.",
    )
    stated_at = models.DateTimeField(
        null=True,
        db_comment="operational: When it was made, by its own time; null where it was refused.",
    )
    received_at = models.DateTimeField(db_comment="operational: When it came.")
    refusal_code = models.CharField(
        max_length=40, blank=True, db_comment="operational: Why it was refused, as a code."
    )
    refusal_field = models.CharField(
        max_length=80, blank=True, db_comment="operational: Which of its fields was at fault."
    )
    refusal_words = models.CharField(
        max_length=300, blank=True, db_comment="operational: Why it was refused, in our words."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "sha256", "order", "control"], name="one_row_a_message"
            ),
            models.UniqueConstraint(
                fields=["organization", "sha256"],
                condition=models.Q(effect="refused"),
                name="one_row_a_refused_message",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "order", "id"], name="messages_of_order"),
            models.Index(
                fields=["organization", "-id"],
                condition=models.Q(effect="refused"),
                name="refused_order_messages",
            ),
            models.Index(
                fields=["organization", "name_hash"],
                condition=~models.Q(name_hash=""),
                name="order_messages_by_name",
            ),
        ]

    def __str__(self) -> str:
        return f"Message {self.public_id}"


class OrderLink(Tenant, Public):
    """An ECG that answers an order. Ended, it stays as history."""

    class How(models.TextChoices):
        NUMBER = "number", "By the order's number and the patient"
        PATIENT = "patient", "By the patient and the time"
        PERSON = "person", "By a person"

    order = OrgForeignKey(
        Order, related_name="links", db_comment="operational: The order that is answered."
    )
    recording = OrgForeignKey(
        Recording, related_name="order_links", db_comment="operational: The ECG that answers it."
    )
    how = models.CharField(
        max_length=8, choices=How.choices, db_comment="operational: What the match rests on."
    )
    reason = models.CharField(
        max_length=400, blank=True, db_comment="note: Why, in the person's words."
    )
    made_at = models.DateTimeField(db_comment="operational: When it was matched.")
    made_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: Who matched it; empty for the platform.",
    )
    ended_at = models.DateTimeField(null=True, db_comment="operational: When it was undone.")
    ended_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: Who undid it; empty for the platform.",
    )
    end_reason = models.CharField(max_length=400, blank=True, db_comment="note: Why it was undone.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "recording"],
                condition=models.Q(ended_at=None),
                name="one_current_order_an_ecg",
            )
        ]
        indexes = [models.Index(fields=["organization", "order"], name="links_of_order")]

    def __str__(self) -> str:
        return f"Link {self.public_id}"


class OrderCase(Tenant, Public):
    """An ECG whose order only a person can tell: one open question for each ECG."""

    class Kind(models.TextChoices):
        OTHER_PATIENT = "other_patient", "The order is for another patient"
        SEVERAL = "several", "Several orders fit"
        ASKED = "asked", "Another order is asked for"
        OTHER_NUMBER = "other_number", "A copy names another order"

    class Decision(models.TextChoices):
        LINK = "link", "It answers this order"
        UNSOLICITED = "unsolicited", "No order: leave it unsolicited"
        WRONG_PATIENT = "wrong_patient", "The ECG may be of the wrong patient"

    recording = OrgForeignKey(
        Recording, related_name="+", db_comment="operational: The ECG in question."
    )
    order = OrgForeignKey(
        Order,
        null=True,
        related_name="+",
        db_comment="operational: The order whose number it names, or that it was given.",
    )
    kind = models.CharField(
        max_length=14, choices=Kind.choices, db_comment="operational: What is in question."
    )
    opened_at = models.DateTimeField(db_comment="operational: When the question came up.")
    decision = models.CharField(
        max_length=14,
        blank=True,
        choices=Decision.choices,
        db_comment="operational: What a person decided; empty where it settled itself.",
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
    closed_at = models.DateTimeField(null=True, db_comment="operational: When it was closed.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "recording"],
                condition=models.Q(closed_at=None),
                name="one_open_order_question",
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "opened_at", "id"],
                condition=models.Q(closed_at=None),
                name="open_order_cases",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, order case {self.public_id}"
