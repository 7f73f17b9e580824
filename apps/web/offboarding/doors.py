"""Closing an organization: nobody and nothing comes in or goes out, and it stays as it is."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.audit import actions as audit
from apps.core.drain import leased_models
from apps.core.leases import Leased
from apps.core.scope import organization_scope
from apps.tenants import entries
from apps.tenants.models import EmergencyAccess, Membership, Organization, User
from apps.tenants.sessions import end_sessions_in

State = Leased.State
WAITING = (State.RECEIVED, State.PROCESSING)
CLOSED = "organization-closed"


def close_doors(organization: Organization, *, by: User) -> None:
    """No sign-in, no file, no delivery, no program; who is inside is out. Again, it does nothing.

    Onboarding it once more opens it, unless its keys are gone. Call with no scope open.
    """
    with organization_scope(organization.pk), transaction.atomic():
        inside = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        if inside.is_live:
            inside.is_live = False
            inside.save(update_fields=["is_live"])
            audit.record("tenants.organization.closed", inside, actor=by)
        visits = list(EmergencyAccess.objects.filter(ended_at=None))
        people = list(User.objects.filter(pk__in=Membership.objects.values("user_id")))
    for visit in visits:
        entries.end(visit, by)
    for person in people:
        end_sessions_in(person, organization.pk)


def work_under_way(organization: Organization) -> int:
    """Rows that a worker holds at this moment."""
    with organization_scope(organization.pk), transaction.atomic():
        return sum(
            model.objects.filter(state=State.PROCESSING, lease_until__gt=timezone.now()).count()
            for model in leased_models()
        )


def put_work_aside(organization: Organization) -> int:
    """What still waited is given up for good; how much it was."""
    gone = {"state": State.DEAD, "error_code": CLOSED, "lease_token": None, "lease_until": None}
    with organization_scope(organization.pk), transaction.atomic():
        return sum(
            model.objects.filter(state__in=WAITING).update(**gone) for model in leased_models()
        )
