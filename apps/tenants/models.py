"""Organizations, their sites and the people who work in them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

from apps.core.fields import OrgForeignKey, Public, SharedForeignKey, Tenant
from apps.tenants.model_api import ApiClient, ApiKey
from apps.tenants.model_entry import EmergencyAccess
from apps.tenants.model_identity import (
    ExternalIdentity,
    IdentityDomain,
    IdentityProvider,
    SignOnAnswer,
)
from apps.tenants.model_invitation import Invitation
from apps.tenants.model_key import DataKey
from apps.tenants.model_limits import RateCounter, RateLimit
from apps.tenants.model_offboarding import ImportedTrail, Offboarding, OrganizationExport
from apps.tenants.model_platform import PlatformRole
from apps.tenants.model_proof import ClientCertificate, SigningKey
from apps.tenants.model_review import AccessDecision, AccessReview
from apps.tenants.zones import validate_zone

__all__ = [
    "PLATFORM_SLUG",
    "AccessDecision",
    "AccessReview",
    "ApiClient",
    "ApiKey",
    "ClientCertificate",
    "DataKey",
    "EmergencyAccess",
    "ExternalIdentity",
    "IdentityDomain",
    "IdentityProvider",
    "ImportedTrail",
    "Invitation",
    "Membership",
    "Offboarding",
    "Organization",
    "OrganizationExport",
    "PlatformRole",
    "RateCounter",
    "RateLimit",
    "SignOnAnswer",
    "SigningKey",
    "Site",
    "User",
    "UserManager",
]

PLATFORM_SLUG = "platform"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin, Public):
    """A person who signs in; what the person may do comes from memberships."""

    email = models.EmailField(
        unique=True, db_comment="identifier: The address the person signs in with."
    )
    full_name = models.CharField(
        max_length=150, db_comment="identifier: The name printed in signatures."
    )
    is_active = models.BooleanField(
        default=True, db_comment="operational: False keeps the person out; users are not deleted."
    )
    is_staff = models.BooleanField(
        default=False,
        verbose_name="platform staff",
        db_comment="operational: Platform staff: configuration in the admin, no clinical rows.",
    )
    date_joined = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When the account was made."
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    def __str__(self) -> str:
        return self.full_name or self.email

    def get_short_name(self) -> str:
        return self.full_name

    @property
    def initials(self) -> str:
        words = [word for word in self.full_name.split() if word[:1].isalpha()]
        return "".join(word[0] for word in words[-2:]).upper() or "?"


class Organization(Public):
    """A customer and the border no row crosses."""

    class Region(models.TextChoices):
        UK = "uk", "United Kingdom"
        US = "us", "United States"

    class Type(models.TextChoices):
        HOSPITAL = "hospital", "Hospital"
        LABORATORY = "laboratory", "Laboratory"
        RESEARCH = "research", "Research"

    slug = models.SlugField(
        unique=True, db_comment="operational: Short name in commands and addresses."
    )
    name = models.CharField(max_length=120, db_comment="operational: Name shown and printed.")
    region = models.CharField(
        max_length=2,
        choices=Region.choices,
        default=Region.UK,
        db_comment="operational: Where its data is kept.",
    )
    type = models.CharField(
        max_length=12,
        choices=Type.choices,
        default=Type.HOSPITAL,
        db_comment="operational: What it may do at all: care, sending, or nothing clinical.",
    )
    time_zone = models.CharField(
        max_length=64,
        default="Europe/London",
        validators=[validate_zone],
        db_comment="operational: Zone of its days and of recordings without one.",
    )
    assigning_authority = models.CharField(
        max_length=64,
        default="LOCAL",
        db_comment="operational: Authority of record numbers whose file names none.",
    )
    second_factor_required = models.BooleanField(
        default=False,
        db_comment="operational: True where every member must have a second factor.",
    )
    signatures_required = models.BooleanField(
        default=False,
        db_comment="operational: True where every program must sign the ECGs it sends.",
    )
    is_live = models.BooleanField(
        default=False, db_comment="operational: True once everything it needs is in place."
    )
    allows_emergency_entry = models.BooleanField(
        default=False,
        db_comment="operational: Platform support may enter at once and is reviewed afterwards.",
    )
    created_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was onboarded."
    )
    offboarded_at = models.DateTimeField(
        null=True,
        editable=False,
        db_comment="operational: When it had left: its keys are gone and its claims are free.",
    )

    objects = models.Manager()

    def __str__(self) -> str:
        return self.name


class Site(Tenant, Public):
    """A place of an organization: a hospital, a clinic, a ward."""

    name = models.CharField(max_length=120, db_comment="operational: Name shown in lists.")
    time_zone = models.CharField(
        max_length=64,
        default="Europe/London",
        validators=[validate_zone],
        db_comment="operational: Zone of recordings made here that carry none.",
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="one_site_a_name")
        ]

    def __str__(self) -> str:
        return self.name


class Membership(Tenant):
    """A person's role in one organization."""

    class Role(models.TextChoices):
        TECHNICIAN = "technician", "Technician"
        READER = "reader", "Reader"
        TRAINEE = "trainee", "Trainee"
        ADMINISTRATOR = "administrator", "Organization administrator"
        RESEARCHER = "researcher", "Researcher"
        LABELER = "labeler", "Labeler"
        AUDITOR = "auditor", "Auditor"
        BILLING = "billing", "Billing"

    user = SharedForeignKey(
        User,
        related_name="+",
        db_comment="operational: The person who has the role.",
    )
    role = models.CharField(
        max_length=16, choices=Role.choices, db_comment="operational: What the person may do here."
    )
    site = OrgForeignKey(
        Site,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="operational: The place the person usually works at.",
    )
    is_active = models.BooleanField(
        default=True, db_comment="operational: False ends the membership without deleting it."
    )
    ends_on = models.DateField(
        null=True, blank=True, db_comment="operational: Its last day; empty while none is agreed."
    )
    given_by = SharedForeignKey(
        User,
        null=True,
        editable=False,
        related_name="+",
        db_comment="operational: Who gave the role; empty for a command.",
    )
    created_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When the role was given."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="one_membership_each")
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


from apps.tenants.model_dicom import DicomPeer as DicomPeer  # noqa: E402
from apps.tenants.model_inbound import ApplicationEntity as ApplicationEntity  # noqa: E402
from apps.tenants.model_inbound import Hl7Listener as Hl7Listener  # noqa: E402
from apps.tenants.model_storage import StorageLocation as StorageLocation  # noqa: E402
from apps.tenants.model_storage import StorageMove as StorageMove  # noqa: E402
