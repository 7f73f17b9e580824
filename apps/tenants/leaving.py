"""A person who leaves: out at once everywhere, remembered for ever."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction

from apps.audit import actions as audit
from apps.core.scope import organization_scope
from apps.tenants.actions import platform_organization_id
from apps.tenants.lookups import memberships_of
from apps.tenants.models import Invitation, Membership, User
from apps.tenants.sessions import end_sessions, end_sessions_in


@transaction.atomic
def end_employment(user: User, organization_id: int, *, by: User) -> None:
    """End the membership and the sessions here; an account of nowhere else is closed with it.

    Call in the organization's scope. Users are never deleted: what they signed names them.
    """
    _leave_here(user, by)
    end_sessions_in(user, organization_id)
    if not user.is_staff and not _works_elsewhere(user, organization_id):
        close_account(user)


def end_employment_everywhere(user: User, *, by: User) -> None:
    """As platform staff do it: every membership, then the account. Call with no scope open."""
    mine = Membership.objects.db_manager("platform").filter(user_id=user.pk, is_active=True)
    for organization_id in list(mine.values_list("organization_id", flat=True)):
        with organization_scope(organization_id), transaction.atomic():
            _leave_here(user, by)
    with organization_scope(platform_organization_id()), transaction.atomic():
        close_account(user)
        audit.record("tenants.user.left", user, actor=by)


def _leave_here(user: User, by: User) -> None:
    Membership.objects.filter(user=user).update(is_active=False)
    Invitation.objects.filter(email=user.email, state=Invitation.State.OPEN).update(
        state=Invitation.State.WITHDRAWN
    )
    audit.record("tenants.user.left", user, actor=by)


def close_account(user: User) -> None:
    """No password, no second factor, no session: nothing of it opens anything again."""
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    Authenticator.objects.filter(user_id=user.pk).delete()
    end_sessions(user)


def _works_elsewhere(user: User, organization_id: int) -> bool:
    return any(entry.organization_id != organization_id for entry in memberships_of(user.pk))


def belongs_elsewhere(user: User, organization_id: int) -> bool:
    """Whether the account opened another organization too, ever, or is platform staff's."""
    others = Membership.objects.db_manager("platform").filter(user_id=user.pk)
    return user.is_staff or others.exclude(organization=organization_id).exists()
