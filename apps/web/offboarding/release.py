"""The last step: people, programs and systems have no part in it any more, its claims are free."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.audit import actions as audit
from apps.core.scope import organization_scope
from apps.integrations.models import AlarmChannel, Destination
from apps.tenants.clients import revoke_client
from apps.tenants.invitations import withdraw
from apps.tenants.leaving import end_employment
from apps.tenants.models import (
    ApiClient,
    IdentityDomain,
    IdentityProvider,
    Invitation,
    Membership,
    Offboarding,
    Organization,
    User,
)


def release(row: Offboarding) -> None:
    """Call with no scope open; what is done already is not done twice."""
    by = row.asked_by
    for person in _members(row.organization_id):
        with organization_scope(row.organization_id), transaction.atomic():
            end_employment(person, row.organization_id, by=by)
    with organization_scope(row.organization_id), transaction.atomic():
        _shut_out(by)
        now = timezone.now()
        Organization.objects.filter(pk=row.organization_id, offboarded_at=None).update(
            offboarded_at=now
        )
        if Offboarding.objects.filter(pk=row.pk, done_at=None).update(done_at=now):
            audit.record("tenants.organization.offboarded", row, actor=by, reason=row.reason)


def _members(organization_id: int) -> list[User]:
    with organization_scope(organization_id), transaction.atomic():
        held = Membership.objects.filter(is_active=True).values("user_id")
        return list(User.objects.filter(pk__in=held).order_by("pk"))


def _shut_out(by: User) -> None:
    for client in ApiClient.objects.filter(revoked_at=None):
        revoke_client(client, by=by, now=timezone.now())
    for invitation in Invitation.objects.filter(state=Invitation.State.OPEN):
        withdraw(invitation, by=by)
    IdentityProvider.objects.update(is_active=False)
    IdentityDomain.objects.update(is_active=False, is_confirmed=False)
    Destination.objects.update(is_active=False)
    AlarmChannel.objects.update(is_active=False)
