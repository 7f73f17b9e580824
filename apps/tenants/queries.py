"""Reading organizations, sites and memberships, and the check every reader begins with."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from apps.core.compiled import Compiled
from apps.core.scope import organization_scope
from apps.tenants.access import Active, OnPlatform
from apps.tenants.entries import inside_now
from apps.tenants.lookups import memberships_of
from apps.tenants.models import Membership, Organization, Site, User
from apps.tenants.permissions import PERMISSIONS


def permit(holder: Active | OnPlatform | None, action: str) -> None:
    """Raises PermissionDenied unless the person's role may do it."""
    if holder is None or not holder.may(action):
        raise PermissionDenied


@dataclass(frozen=True, slots=True)
class Place:
    """The active organization and the site the person usually works at, where one is named.

    `visited` says whether anybody of the platform is inside: who and why is asked only then.
    """

    organization: Organization
    site: Site | None
    visited: bool = False


def places_of(active: Active, user: User) -> QuerySet[Membership]:
    """The person's membership, with all that a place needs; none where they entered."""
    if active.entered:
        return Membership.objects.none()
    return _PLACES(person=user.pk, now=timezone.now())


def _places(*, person: int, now: dt.datetime) -> QuerySet[Membership]:
    rows = Membership.objects.select_related("organization", "site").filter(user=person)
    return rows.annotate(visited=Exists(inside_now(now))).order_by("id")[:1]


_PLACES = Compiled(_places)


def place_in(active: Active, places: Iterable[Any]) -> Place:
    """Of what `places_of` gives."""
    for found in places:
        return Place(found.organization, found.site, found.visited)
    return Place(Organization.objects.get(pk=active.organization_id), None, active.entered)


def organization_named(organization_id: int) -> Organization:
    """For commands; call with no scope open."""
    with organization_scope(organization_id), transaction.atomic():
        return Organization.objects.get(pk=organization_id)


def sites(active: Active) -> list[Site]:
    permit(active, "view_recordings")
    return list(Site.objects.all())


def members_who_may(action: str) -> QuerySet[Membership]:
    """Who works here today and whose role may do it, by name."""
    lasts = Q(ends_on=None) | Q(ends_on__gte=timezone.localdate())
    rows = Membership.objects.filter(lasts, role__in=PERMISSIONS[action])
    here = rows.filter(is_active=True, user__is_active=True).select_related("user")
    return here.order_by("user__full_name", "user_id")


def get_site_to_send_from(active: Active, public_id: uuid.UUID) -> Site:
    permit(active, "upload_files")
    site = Site.objects.filter(public_id=public_id).first()
    if site is None:
        raise Http404
    return site


@dataclass(frozen=True, slots=True)
class Choice:
    """An organization a person may work in, and as what."""

    organization: Organization
    role: str
    site: Site | None

    @property
    def role_name(self) -> str:
        return Membership.Role(self.role).label


def choices_for(user: User) -> list[Choice]:
    """Every live organization of a person, by name. Call with no scope open."""
    choices = []
    for entry in memberships_of(user.pk):
        with organization_scope(entry.organization_id), transaction.atomic():
            held = Membership.objects.select_related("organization", "site").get(user=user)
            choices.append(Choice(held.organization, entry.role, held.site))
    return sorted(choices, key=lambda choice: choice.organization.name)


def get_choice_to_enter(user: User, public_id: uuid.UUID) -> Choice:
    """Raises Http404 for an organization that is not the person's, as for one that is not."""
    for choice in choices_for(user):
        if choice.organization.public_id == public_id:
            return choice
    raise Http404
