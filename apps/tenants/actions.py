"""Onboarding: an organization with its chain, sites and people, live only when complete."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction

from apps.audit import actions as audit
from apps.audit.models import AuditHead
from apps.core.scope import organization_scope
from apps.tenants.keys import KeysDestroyed, destroyed_key, ensure_data_key
from apps.tenants.lookups import organization_by_slug
from apps.tenants.models import PLATFORM_SLUG, Membership, Organization, Site, User


@dataclass(frozen=True, slots=True)
class NewOrganization:
    slug: str
    name: str
    region: str = Organization.Region.UK
    time_zone: str = "Europe/London"
    assigning_authority: str = "LOCAL"
    sites: tuple[str, ...] = ()
    type: str = Organization.Type.HOSPITAL
    # Of one that is recreated; another gets a random one.
    public_id: uuid.UUID = field(default_factory=uuid.uuid4)
    # None leaves it to the settings.
    second_factor_required: bool | None = None


def provision_organization(wanted: NewOrganization) -> Organization:
    """Make what is missing, then put it live. Run again after a crash, it completes.

    The row itself is written by the platform role, everything inside by the application role in
    the new organization's scope: no one transaction can hold both, so `is_live` comes last.
    """
    organization = open_organization(wanted)
    with organization_scope(organization.pk), transaction.atomic():
        for name in wanted.sites:
            Site.objects.get_or_create(
                organization=organization, name=name, defaults={"time_zone": wanted.time_zone}
            )
    return put_live(organization)


def open_organization(wanted: NewOrganization) -> Organization:
    """The first step: the row, its chain and data key, not live. What is there stays as it is."""
    organization = _organization_row(wanted)
    with organization_scope(organization.pk), transaction.atomic():
        AuditHead.objects.get_or_create(organization=organization)
        ensure_data_key(organization)
    return organization


def organization_for_platform(slug: str) -> Organization | None:
    """As the platform role sees it, live or not; for staff and their commands."""
    return Organization.objects.using("platform").filter(slug=slug).first()


def put_live(organization: Organization) -> Organization:
    """The last step of onboarding; does nothing when it was done before.

    Raises KeysDestroyed for an organization that left.
    """
    with organization_scope(organization.pk), transaction.atomic():
        inside = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        if not inside.is_live:
            if destroyed_key():
                raise KeysDestroyed
            inside.is_live = True
            inside.save(update_fields=["is_live"])
            audit.record("tenants.organization.onboarded", inside)
    return inside


def _organization_row(wanted: NewOrganization) -> Organization:
    rows = Organization.objects.using("platform")
    factor = wanted.second_factor_required
    row, _ = rows.get_or_create(
        slug=wanted.slug,
        defaults={
            "name": wanted.name,
            "region": wanted.region,
            "time_zone": wanted.time_zone,
            "assigning_authority": wanted.assigning_authority,
            "type": wanted.type,
            "public_id": wanted.public_id,
            "second_factor_required": (
                settings.NEW_SECOND_FACTOR_REQUIRED if factor is None else factor
            ),
        },
    )
    return row


@transaction.atomic
def add_member(
    organization: Organization, user: User, role: str, **given: Site | User | None
) -> Membership:
    """Give a person a role; the role of a member changes. Call inside the organization's scope.

    `site`, where it is given, becomes the place the person works at; `given_by` who said so.
    """
    membership, _ = Membership.objects.update_or_create(
        organization=organization, user=user, defaults={"role": role, "is_active": True, **given}
    )
    return membership


def get_or_create_user(
    email: str, full_name: str, password: str | None, *, staff: bool = False
) -> User:
    """The person of that address; an existing one keeps name and password."""
    found = User.objects.filter(email=email.lower()).first()
    if found:
        return found
    return User.objects.create_user(email, password, full_name=full_name, is_staff=staff)


def platform_organization_id() -> int:
    found = organization_by_slug(PLATFORM_SLUG)
    if found is None:
        raise LookupError("the reserved organization is missing; run migrations")
    return found
