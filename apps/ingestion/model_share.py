"""File shares that are looked into for new files."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.core.fields import OrgForeignKey, Public, SecretField, Tenant

LEAST_POLL_S, MOST_POLL_S, USUAL_POLL_S = 5, 86_400, 30


class ShareSource(Tenant, Public):
    """A folder of an SMB share in which an organization's carts leave their files."""

    class Archive(models.TextChoices):
        LEAVE = "leave", "Leave it where it is"
        MOVE = "move", "Move it to the folder “archive”"
        COPY = "copy", "Copy it to the folder “archive”"

    class Outcome(models.TextChoices):
        LOOKED = "looked", "Looked into"
        UNREACHABLE = "share-unreachable", "The server does not answer"
        NOT_ALLOWED = "share-address-not-allowed", "The server lies outside the networks allowed"
        NOT_ENCRYPTED = "share-not-encrypted", "The server does not encrypt (SMB 3 is needed)"
        MISSING = "share-missing", "There is no such share"
        NO_FOLDER = "share-folder-missing", "There is no such folder"
        REFUSED = "share-refused", "The user or password is refused"
        UNSEALABLE = "unsealable", "The password cannot be unsealed here"
        CLOSED = "organization-closed", "The organization's doors are closed"
        NOT_KEPT = "not-kept", "Storage or database could not be reached"

    name = models.CharField(max_length=80, db_comment="operational: Name shown with its files.")
    server = models.CharField(max_length=253, db_comment="operational: Host name or address.")
    share = models.CharField(max_length=80, db_comment="operational: Name of the share there.")
    folder = models.CharField(
        max_length=400,
        blank=True,
        default="",
        db_comment="operational: Folder of the share, parts divided by /; empty for all of it.",
    )
    username = models.CharField(
        max_length=128,
        verbose_name="user",
        db_comment="operational: Who signs in there, with the domain where there is one.",
    )
    password_sealed = SecretField(
        null=True, editable=False, db_comment="operational: Sealed password of the user."
    )
    patterns = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_comment="operational: Names to take, such as *.dcm, *.xml; empty for every file.",
    )
    site = OrgForeignKey(
        "tenants.Site",
        null=True,
        blank=True,
        related_name="+",
        db_comment="operational: Where its files are recorded; empty for several places.",
    )
    poll_seconds = models.PositiveIntegerField(
        default=USUAL_POLL_S,
        validators=[MinValueValidator(LEAST_POLL_S), MaxValueValidator(MOST_POLL_S)],
        db_comment="operational: Seconds between two looks.",
    )
    archive = models.CharField(
        max_length=8,
        choices=Archive.choices,
        default=Archive.LEAVE,
        db_comment="operational: What becomes of a file there once it is accepted.",
    )
    signature_required = models.BooleanField(
        default=False,
        db_comment="operational: True where each file there must have its signature beside it.",
    )
    is_active = models.BooleanField(
        default=True, db_comment="operational: Whether it is looked into."
    )
    added_at = models.DateTimeField(auto_now_add=True, db_comment="operational: When it was added.")
    polled_at = models.DateTimeField(
        null=True, editable=False, db_comment="operational: When it was last looked into."
    )
    outcome = models.CharField(
        max_length=32,
        blank=True,
        default="",
        editable=False,
        choices=Outcome.choices,
        db_comment="operational: How the last look ended.",
    )
    failures = models.PositiveSmallIntegerField(
        default=0, editable=False, db_comment="operational: Looks that failed since the last good."
    )
    not_before = models.DateTimeField(
        null=True,
        editable=False,
        db_comment="operational: Not looked into again before, after failures.",
    )
    found = models.PositiveIntegerField(
        default=0, editable=False, db_comment="operational: Files found by the last look."
    )
    waiting = models.PositiveIntegerField(
        default=0, editable=False, db_comment="operational: Files still written when last seen."
    )
    held_back = models.PositiveIntegerField(
        default=0,
        editable=False,
        db_comment="operational: Files that are not whole, cannot be taken or not be archived.",
    )
    taken = models.PositiveBigIntegerField(
        default=0, editable=False, db_comment="operational: Files taken from it so far."
    )

    class Meta:
        verbose_name = "file share"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="one_share_a_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def asks_for_signatures(self) -> bool:
        """By its own rule or the organization's."""
        return self.signature_required or self.organization.signatures_required
