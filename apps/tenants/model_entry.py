"""Platform staff inside one organization: asked for, approved, limited, ended, reviewed."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from apps.core.fields import Public, SharedForeignKey, Tenant


def _person(purpose: str, **options: bool) -> SharedForeignKey:
    return SharedForeignKey(
        settings.AUTH_USER_MODEL, related_name="+", db_comment=f"operational: {purpose}", **options
    )


def _moment(purpose: str) -> models.DateTimeField:
    return models.DateTimeField(null=True, db_comment=f"operational: {purpose}")


class EmergencyAccess(Tenant, Public):
    """One visit: from the request for it to what became of it."""

    class Category(models.TextChoices):
        INCIDENT = "incident", "Something does not work"
        DELIVERY = "delivery", "Results do not arrive"
        IDENTITY = "identity", "A recording is under the wrong patient"
        QUESTION = "question", "The organization asked for help"
        SECURITY = "security", "Suspected misuse"

    class Ending(models.TextChoices):
        REFUSED = "refused", "Refused"
        LAPSED = "lapsed", "Not used in time"
        LEFT = "left", "Left"
        EXPIRED = "expired", "Time ran out"
        IDLE = "idle", "Idle"
        ENDED = "ended", "Ended by the organization"

    asked_by = _person("Who asked, and may enter.")
    asked_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was asked for."
    )
    category = models.CharField(
        max_length=16, choices=Category.choices, db_comment="operational: The kind of need."
    )
    reason = models.CharField(
        max_length=400,
        validators=[MinLengthValidator(20)],
        db_comment="note: What is wrong or asked for, in words; no patient data.",
    )
    ticket = models.CharField(
        max_length=64, db_comment="operational: The case it belongs to in the support system."
    )
    is_emergency = models.BooleanField(
        default=False, db_comment="operational: Entered without approval, reviewed afterwards."
    )
    approved_by = _person("The second person, never the one who asked.", null=True)
    approved_at = _moment("When it was approved.")
    usable_until = models.DateTimeField(
        db_comment="operational: Lapses where nobody has entered by then."
    )
    entered_at = _moment("When the person went in.")
    expires_at = _moment("When the visit ends by itself.")
    last_seen_at = _moment("The visitor's last request.")
    ended_at = _moment("When it was over, for whatever reason.")
    ended_by = _person("Who refused or ended it; empty for the platform itself.", null=True)
    ending = models.CharField(
        max_length=8, choices=Ending.choices, blank=True, db_comment="operational: How it ended."
    )
    review_due_at = _moment("An emergency entry is looked at by a second person before.")
    reviewed_by = _person("The second person who looked at an emergency entry.", null=True)
    reviewed_at = _moment("When it was looked at.")
    review_note = models.CharField(
        max_length=400, blank=True, db_comment="note: What the review found."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(approved_by=F("asked_by")), name="entry_approved_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(reviewed_by=F("asked_by")), name="entry_reviewed_by_another"
            ),
            models.CheckConstraint(
                condition=Q(entered_at=None) | Q(is_emergency=True) | ~Q(approved_at=None),
                name="entry_is_approved_or_an_emergency",
            ),
            models.UniqueConstraint(
                fields=["organization", "asked_by"],
                condition=Q(ended_at=None),
                name="one_open_entry_each",
            ),
        ]

    def __str__(self) -> str:
        return f"Entry {self.public_id}"

    @property
    def state(self) -> str:
        """One word for lists."""
        if self.ended_at:
            return str(self.Ending(self.ending).label)
        if self.entered_at:
            return "Inside now"
        return "Approved, not used" if self.approved_at else "Waiting for approval"

    @property
    def review_is_open(self) -> bool:
        return self.review_due_at is not None and self.reviewed_at is None

    @property
    def review_is_late(self) -> bool:
        due = self.review_due_at
        return self.review_is_open and due is not None and timezone.now() > due
