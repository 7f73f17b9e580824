"""Whom a recording is of and what made it."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Concat, Lower, Replace

from apps.core.fields import OrgForeignKey, Public, Tenant


class Patient(Tenant, Public):
    """A person, as the organization knows them."""

    class Sex(models.TextChoices):
        FEMALE = "F", "Female"
        MALE = "M", "Male"
        OTHER = "O", "Other"
        UNKNOWN = "", "Not known"

    family_name = models.CharField(
        max_length=200, blank=True, db_comment="identifier: Family name."
    )
    given_name = models.CharField(max_length=200, blank=True, db_comment="identifier: Given names.")
    name_prefix = models.CharField(
        max_length=40, blank=True, db_comment="identifier: Title before the name."
    )
    born_on = models.DateField(null=True, blank=True, db_comment="identifier: Date of birth.")
    sex = models.CharField(
        max_length=1,
        blank=True,
        choices=Sex.choices,
        db_comment="identifier: Administrative sex; empty is not known and is never guessed.",
    )
    created_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When the patient was first seen here."
    )
    found_as = models.GeneratedField(
        expression=Lower(Concat("family_name", models.Value(" "), "given_name")),
        output_field=models.CharField(max_length=401, db_collation="C"),
        db_persist=True,
        db_comment="identifier: Family and given name in small letters, to be found by.",
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["organization", "family_name", "given_name"], name="patient_by_name"
            ),
            models.Index(fields=["organization", "found_as", "id"], name="patient_found"),
            models.Index(
                fields=["organization", "born_on", "found_as", "id"], name="patient_by_birthday"
            ),
        ]

    def __str__(self) -> str:
        return f"Patient {self.public_id}"

    @property
    def display_name(self) -> str:
        """FAMILY, Given; “Not known” where the record has neither."""
        parts = [self.family_name.upper(), self.given_name]
        return ", ".join(part for part in parts if part) or "Not known"


class PatientIdentifier(Tenant):
    """An MRN, always with the authority that assigned it."""

    patient = OrgForeignKey(
        Patient,
        related_name="identifiers",
        db_comment="operational: The patient it names.",
    )
    value = models.CharField(max_length=64, db_comment="identifier: The number as assigned.")
    assigning_authority = models.CharField(
        max_length=64, blank=True, db_comment="identifier: Who assigned the number."
    )
    found_as = models.GeneratedField(
        expression=Lower(Replace("value", models.Value(" "))),
        output_field=models.CharField(max_length=64, db_collation="C"),
        db_persist=True,
        db_comment="identifier: The number without spaces, in small letters, to be found by.",
    )

    class Meta:
        indexes = [models.Index(fields=["organization", "found_as"], name="identifier_found")]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "assigning_authority", "value"],
                name="one_patient_an_identifier",
            )
        ]

    def __str__(self) -> str:
        return f"Identifier of patient {self.patient_id}"


class Device(Tenant, Public):
    """A cart or monitor that records ECGs."""

    manufacturer = models.CharField(
        max_length=64, blank=True, db_comment="operational: Maker as the file names it."
    )
    model_name = models.CharField(
        max_length=64, blank=True, db_comment="operational: Model as the file names it."
    )
    serial_number = models.CharField(
        max_length=64, blank=True, db_comment="identifier: Serial number of the device."
    )
    software = models.CharField(
        max_length=64, blank=True, db_comment="operational: Software version as the file names it."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "manufacturer", "model_name", "serial_number", "software"],
                name="one_row_a_device",
            )
        ]

    def __str__(self) -> str:
        words = [self.manufacturer, self.model_name]
        return " ".join(word for word in words if word) or "Unknown device"
