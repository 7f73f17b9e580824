"""Inviting people: sent, sent again, withdrawn, accepted; each on the organization's trail."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from apps.audit import actions as audit
from apps.core.scope import organization_scope
from apps.tenants.actions import add_member
from apps.tenants.lookups import organization_by_slug
from apps.tenants.models import IdentityProvider, Invitation, Membership, Organization, Site, User

LIFETIME = dt.timedelta(days=7)
SALT = "tenants.invitation"
State = Invitation.State


class NotInvited(Exception):
    """The link was changed, is too old, or was used, replaced or withdrawn."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to invite, as what."""

    email: str
    role: str
    full_name: str = ""
    site: Any = None


@transaction.atomic
def invite(organization: Organization, wanted: Wanted, *, by: User) -> Invitation:
    """An open invitation of the address is changed to what is wanted now. Call in the scope."""
    invitation, _ = Invitation.objects.update_or_create(
        organization=organization,
        email=wanted.email.lower(),
        state=State.OPEN,
        defaults={
            "full_name": wanted.full_name,
            "role": wanted.role,
            "site": wanted.site,
            "invited_by": by,
        },
    )
    return invitation


@transaction.atomic
def renew(invitation: Invitation, *, by: User) -> str:
    """Count a sending and return its link's token; the links sent before stop working."""
    locked = Invitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    if locked.state != State.OPEN:
        raise NotInvited
    locked.sendings += 1
    locked.sent_at = timezone.now()
    locked.save(update_fields=["sendings", "sent_at"])
    audit.record("tenants.invitation.sent", locked, actor=by, role=locked.role)
    return token_of(locked)


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User) -> None:
    locked = Invitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    if locked.state == State.OPEN:
        locked.state = State.WITHDRAWN
        locked.save(update_fields=["state"])
        audit.record("tenants.invitation.withdrawn", locked, actor=by)


def token_of(invitation: Invitation) -> str:
    """Signed, and good for this sending only."""
    named = [invitation.organization.slug, str(invitation.public_id), invitation.sendings]
    return signing.dumps(named, salt=SALT)


def message_of(invitation: Invitation, link: str) -> EmailMessage:
    context = {"invitation": invitation, "organization": invitation.organization, "link": link}
    return EmailMessage(
        "Einthoven: Invitation",
        render_to_string("account/email/invitation_message.txt", context),
        to=[invitation.email],
    )


@dataclass(frozen=True, slots=True)
class Found:
    """An invitation whose link works, and the account that its address has already.

    `by_sign_on` says that a new person gets no password: the organization takes none. `words` are
    names that a password may not live on.
    """

    invitation: Invitation
    account: User | None
    by_sign_on: bool
    words: tuple[str, ...]


def find(token: str) -> Found:
    """Raises NotInvited. Call with no scope open."""
    try:
        slug, public_id, sending = signing.loads(token, salt=SALT, max_age=LIFETIME)
    except (signing.BadSignature, ValueError):
        raise NotInvited from None
    organization_id = organization_by_slug(slug)
    if organization_id is None:
        raise NotInvited
    with organization_scope(organization_id), transaction.atomic():
        invitation = (
            Invitation.objects.select_related("organization", "site")
            .filter(public_id=public_id, sendings=sending, state=State.OPEN)
            .first()
        )
        by_sign_on = takes_no_password()
        words = tuple(Site.objects.values_list("name", flat=True))
    if invitation is None:
        raise NotInvited
    account = User.objects.filter(email=invitation.email).first()
    organization = invitation.organization
    return Found(invitation, account, by_sign_on, (organization.name, organization.slug, *words))


def takes_no_password() -> bool:
    """Whether the scope's organization lets people in by its identity provider only."""
    rows = IdentityProvider.objects.filter(is_active=True, password_allowed=False)
    return rows.exists()


def accept(
    invitation: Invitation, *, account: User | None, full_name: str, password: str | None
) -> User:
    """The person becomes a member; an account that exists keeps its name and its password.

    No password leaves it to the organization's identity provider to sign the person in; where
    that is the only way, none is kept.

    Raises NotInvited when the link was used in the meantime. Call in no other scope.
    """
    with organization_scope(invitation.organization_id), transaction.atomic():
        locked = Invitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
        if locked.state != State.OPEN or locked.sendings != invitation.sendings:
            raise NotInvited
        kept = None if takes_no_password() else password
        user = account or User.objects.create_user(locked.email, kept, full_name=full_name)
        given: dict[str, Any] = {"given_by": locked.invited_by}
        given |= {"site": locked.site} if locked.site_id else {}
        add_member(invitation.organization, user, locked.role, **given)
        locked.state = State.ACCEPTED
        locked.save(update_fields=["state"])
        audit.record("tenants.invitation.accepted", locked, actor=user, role=locked.role)
    return user


def is_member(email: str) -> bool:
    """Whether a person of that address works here; call in the scope."""
    return Membership.objects.filter(user__email=email.lower(), is_active=True).exists()
