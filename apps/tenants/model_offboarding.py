"""An organization that leaves or arrives: its exports, its offboarding, the trail it came with."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import F, Q

from apps.core.fields import OrgForeignKey, Public, SharedForeignKey, Tenant


def _person(purpose: str, **options: bool) -> SharedForeignKey:
    return SharedForeignKey(
        settings.AUTH_USER_MODEL, related_name="+", db_comment=f"operational: {purpose}", **options
    )


def _moment(purpose: str) -> models.DateTimeField:
    return models.DateTimeField(null=True, db_comment=f"operational: {purpose}")


class OrganizationExport(Tenant, Public):
    """A whole export that was written here and read back."""

    manifest_sha256 = models.CharField(
        max_length=64, db_comment="operational: Names the export: hash of its signed manifest."
    )
    last_event = models.BigIntegerField(
        db_comment="operational: Number of the last event of the trail that is in it."
    )
    files = models.PositiveBigIntegerField(db_comment="operational: How many files it has.")
    size = models.PositiveBigIntegerField(
        db_comment="operational: Their length together in bytes, before any encryption."
    )
    is_encrypted = models.BooleanField(
        db_comment="operational: Whether only the customer's key opens it."
    )
    verified_at = models.DateTimeField(
        db_comment="operational: When every file was last read back and was as listed."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "manifest_sha256"], name="one_export_a_manifest"
            )
        ]

    def __str__(self) -> str:
        return f"Export {self.manifest_sha256[:12]}"


class Offboarding(Tenant, Public):
    """The end of an organization: asked for, approved by a second person, carried out in steps."""

    export = OrgForeignKey(
        OrganizationExport,
        null=True,
        related_name="+",
        db_comment="operational: The export the customer keeps; empty where none was wanted.",
    )
    reason = models.CharField(
        max_length=200,
        validators=[MinLengthValidator(10)],
        db_comment="operational: Why the organization leaves, and why without an export.",
    )
    asked_by = _person("Who asked for it.")
    asked_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was asked for."
    )
    approved_by = _person("The second person, never the one who asked.", null=True)
    approved_at = _moment("When it was approved.")
    refused_by = _person("Who refused it or took it back.", null=True)
    refused_at = _moment("When it was refused; nothing was destroyed.")
    proven_at = _moment("When the export was found to hold the last change.")
    shredded_at = _moment("When the keys were destroyed: from here there is no way back.")
    done_at = _moment("When the last step was done.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(approved_by=F("asked_by")), name="offboarding_approved_by_another"
            ),
            models.CheckConstraint(
                condition=Q(shredded_at=None) | ~Q(approved_at=None),
                name="offboarding_is_approved",
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(done_at=None, refused_at=None),
                name="one_open_offboarding",
            ),
        ]

    def __str__(self) -> str:
        return f"Offboarding {self.public_id}"

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.refused_at is None


class ImportedTrail(Tenant, Public):
    """A part of the trail that the organization had elsewhere, as it was signed there."""

    sha256 = models.CharField(
        max_length=64, db_comment="operational: Names the stored part, a signed audit export."
    )
    first = models.BigIntegerField(db_comment="operational: Number of its first event there.")
    last = models.BigIntegerField(db_comment="operational: Number of its last event there.")
    source_id = models.UUIDField(
        db_comment="operational: Public id of the organization whose trail it was."
    )
    signed_by = models.CharField(
        max_length=64, db_comment="operational: The public key that signed it, base64."
    )
    manifest_sha256 = models.CharField(
        max_length=64, db_comment="operational: Names the export it came in."
    )
    imported_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was taken in."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "source_id", "first"], name="one_imported_part_a_place"
            )
        ]

    def __str__(self) -> str:
        return f"Events {self.first} to {self.last} from elsewhere"
