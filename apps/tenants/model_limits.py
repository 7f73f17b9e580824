"""How many requests an organization may make a minute, and how many it has made."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.core.fields import Tenant


class Door(models.TextChoices):
    """The ways in that count, by DICOM each object, by HL7 each message.

    `sign-in` and `api-key` do for each address.
    """

    WEB = "web", "Pages"
    UPLOAD = "upload", "Web upload"
    API = "api", "API"
    DICOM = "dicom", "DICOM network"
    HL7 = "hl7", "HL7 listeners"
    SIGN_IN = "sign-in", "Sign-in"
    API_KEY = "api-key", "Unknown API keys"


ORGANIZATIONS_OWN = (Door.WEB, Door.UPLOAD, Door.API, Door.DICOM, Door.HL7)
FEWEST, MOST = 1, 1_000_000


class RateLimit(Tenant):
    """An organization's own limit at a door, in place of the installation's."""

    door = models.CharField(
        max_length=8,
        choices=[(door.value, door.label) for door in ORGANIZATIONS_OWN],
        db_comment="operational: Where it counts.",
    )
    per_minute = models.PositiveIntegerField(
        validators=[MinValueValidator(FEWEST), MaxValueValidator(MOST)],
        db_comment="operational: Requests a minute; a whole minute's worth may come at once.",
    )

    class Meta:
        ordering = ["door"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "door"], name="one_limit_a_door"),
            models.CheckConstraint(
                condition=models.Q(per_minute__gte=FEWEST, per_minute__lte=MOST),
                name="limit_is_sensible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_door_display()}: {self.per_minute} a minute"


class RateCounter(Tenant):
    """What was used at a door. Not logged by the database: a crash forgives the last minute."""

    door = models.CharField(
        max_length=8, choices=Door.choices, db_comment="operational: Where it counts."
    )
    subject = models.CharField(
        max_length=32,
        blank=True,
        db_comment="operational: Keyed hash of a network address, at doors that count addresses.",
    )
    spent_until = models.DateTimeField(
        db_comment="operational: The moment the requests so far would last to at the limit's pace."
    )
    is_over = models.BooleanField(
        default=False, db_comment="operational: Whether the last request was one too many."
    )
    noted_at = models.DateTimeField(
        null=True, db_comment="operational: When a refusal was last put on the record."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "door", "subject"], name="one_counter_a_door"
            )
        ]

    def __str__(self) -> str:
        return f"Counter at {self.get_door_display()}"
