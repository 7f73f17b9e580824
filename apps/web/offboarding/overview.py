"""How far each organization's leaving is, as platform staff see it: counts and names of staff."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.http import Http404

from apps.audit.models import AuditEvent
from apps.core.scope import organization_scope
from apps.tenants.access import OnPlatform
from apps.tenants.models import PLATFORM_SLUG, Offboarding, Organization, OrganizationExport
from apps.tenants.queries import permit
from apps.web.offboarding.departure import OF_LEAVING
from apps.web.offboarding.trail import changed_since


@dataclass(frozen=True, slots=True)
class Leaving:
    """One organization; `is_whole` where its newest export holds the last change."""

    organization: Organization
    export: OrganizationExport | None
    since: AuditEvent | None
    offboarding: Offboarding | None

    @property
    def state(self) -> str:
        if self.organization.offboarded_at:
            return "Left"
        return "Live" if self.organization.is_live else "Closed"

    @property
    def is_whole(self) -> bool:
        return self.export is not None and self.since is None


def overview(platform: OnPlatform | None) -> list[Leaving]:
    permit(platform, "view_offboarding")
    rows = Organization.objects.using("platform").exclude(slug=PLATFORM_SLUG).order_by("name")
    return [leaving(organization) for organization in rows]


def leaving(organization: Organization) -> Leaving:
    """Call with no scope open."""
    with organization_scope(organization.pk), transaction.atomic():
        export = newest_export()
        since = changed_since(export.last_event, OF_LEAVING) if export else None
        rows = Offboarding.objects.select_related("asked_by", "approved_by", "export")
        open_one = rows.filter(done_at=None, refused_at=None).first()
    return Leaving(organization, export, since, open_one)


def newest_export() -> OrganizationExport | None:
    """The one that reaches furthest. In the organization's scope."""
    return OrganizationExport.objects.order_by("-last_event", "-verified_at").first()


def get_organization_to_offboard(platform: OnPlatform | None, public_id: uuid.UUID) -> Organization:
    permit(platform, "ask_offboarding")
    rows = Organization.objects.using("platform").exclude(slug=PLATFORM_SLUG)
    found = rows.filter(public_id=public_id, offboarded_at=None).first()
    if found is None:
        raise Http404
    return found


def get_offboarding_to_decide(platform: OnPlatform | None, public_id: uuid.UUID) -> Offboarding:
    permit(platform, "approve_offboarding")
    rows = Offboarding.objects.db_manager("platform").select_related("organization")
    found = rows.filter(public_id=public_id, done_at=None, refused_at=None).first()
    if found is None:
        raise Http404
    return found
