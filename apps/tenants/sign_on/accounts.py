"""Who comes with an answer: a member of exactly the organization whose provider gave it."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit import actions as audit
from apps.core.locks import lock_until_commit
from apps.core.scope import organization_scope
from apps.tenants.actions import add_member
from apps.tenants.invitations import LIFETIME, accept
from apps.tenants.lookups import organization_ids
from apps.tenants.models import (
    ExternalIdentity,
    IdentityDomain,
    IdentityProvider,
    Invitation,
    Membership,
    SignOnAnswer,
    User,
)
from apps.tenants.sign_on.asked import Claims
from apps.tenants.sign_on.errors import AnswerRefused


def keep_answer(provider: IdentityProvider, claims: Claims) -> SignOnAnswer:
    """The proven answer, kept before it is used. Raises AnswerRefused when it came before."""
    at = claims.authenticated_at
    if not claims.subject or len(claims.subject) > 255:
        raise AnswerRefused("no-subject")
    try:
        with transaction.atomic():
            return SignOnAnswer.objects.create(
                organization_id=provider.organization_id,
                provider=provider,
                answer_id=claims.answer_id,
                in_response_to=claims.in_response_to[:64],
                subject=claims.subject,
                email=claims.email if len(claims.email) <= 254 else "",
                full_name=claims.full_name[:150],
                authenticated_at=None if at is None else dt.datetime.fromtimestamp(at, dt.UTC),
            )
    except IntegrityError:
        raise AnswerRefused("answered-before") from None


def use_answer(answer: SignOnAnswer) -> None:
    """Raises AnswerRefused the second time, also to the slower of two at once."""
    unused = SignOnAnswer.objects.filter(pk=answer.pk, used_at=None)
    if unused.update(used_at=timezone.now()) != 1:
        raise AnswerRefused("answered-before")


def forget_answers() -> None:
    """Remove answers that no question waits for any more. Call with no scope open.

    One that comes again afterwards finds no browser that asked for it lately, and no use.
    """
    kept = dt.timedelta(seconds=settings.SSO_ANSWER_SECONDS + 2 * settings.SSO_CLOCK_SKEW_SECONDS)
    for organization_id in organization_ids():
        with organization_scope(organization_id), transaction.atomic():
            SignOnAnswer.objects.filter(received_at__lt=timezone.now() - kept).delete()


@transaction.atomic
def unlink(user: User, *, by: User) -> int:
    """The organization's providers know the person no more; sessions by them end. In the scope.

    Who is sent again is linked anew, by the address, if the provider vouches for it.
    """
    count: int = ExternalIdentity.objects.filter(user=user).delete()[0]
    if count:
        audit.record("tenants.identity.unlinked", user, actor=by, count=count)
    return count


def claims_in(answer: SignOnAnswer) -> Claims:
    at = answer.authenticated_at
    return Claims(
        answer.answer_id,
        answer.in_response_to,
        answer.subject,
        answer.email,
        answer.full_name,
        None if at is None else at.timestamp(),
    )


@transaction.atomic
def identity_of(provider: IdentityProvider, claims: Claims) -> ExternalIdentity:
    """The member behind the subject; the first time by an address the provider vouches for.

    Call in the organization's scope. Raises AnswerRefused: who is known elsewhere, or was put
    out here, does not come in by being sent.
    """
    known = (
        ExternalIdentity.objects.select_related("user")
        .filter(provider=provider, subject=claims.subject)
        .first()
    )
    identity = known or _first_time(provider, claims)
    if not _may_come(identity.user):
        raise AnswerRefused("no-member")
    return identity


def _may_come(user: User) -> bool:
    """An active member; platform staff sign in as such and nowhere else."""
    return _is_ordinary(user) and Membership.objects.filter(user=user, is_active=True).exists()


def _is_ordinary(user: User) -> bool:
    return user.is_active and not user.is_staff and not user.is_superuser


def _invitation_of(email: str) -> Invitation | None:
    """An open one that was sent lately: what its link would let the person do."""
    latest = timezone.now() - LIFETIME
    rows = Invitation.objects.filter(email=email, state=Invitation.State.OPEN, sent_at__gt=latest)
    return rows.first()


def _first_time(provider: IdentityProvider, claims: Claims) -> ExternalIdentity:
    """Linked, if the caller then finds that the person may come: undone if not."""
    if not _vouches_for(provider, claims.email):
        raise AnswerRefused("address-not-vouched-for")
    lock_until_commit(f"person {claims.email}")
    user = User.objects.filter(email=claims.email).first()
    invitation = _invitation_of(claims.email)
    if invitation is not None:
        name = invitation.full_name or _name_in(claims)
        user = accept(invitation, account=user, full_name=name, password=None)
    elif user is None:
        user = _join(provider, claims)
    if ExternalIdentity.objects.filter(provider=provider, user=user).exists():
        raise AnswerRefused("address-of-another-subject")
    identity = ExternalIdentity.objects.create(
        organization_id=provider.organization_id,
        provider=provider,
        user=user,
        subject=claims.subject,
    )
    audit.record("tenants.identity.linked", user, actor=user, source=provider.kind)
    return identity


def _vouches_for(provider: IdentityProvider, email: str) -> bool:
    domain = email.rpartition("@")[2]
    rows = IdentityDomain.objects.filter(provider=provider, is_active=True, is_confirmed=True)
    return rows.filter(name=domain).exists()


def _join(provider: IdentityProvider, claims: Claims) -> User:
    """A person nobody invited, where the organization takes all whom its provider sends."""
    if not provider.joins_as:
        raise AnswerRefused("no-member")
    user = User.objects.create_user(claims.email, None, full_name=_name_in(claims))
    add_member(provider.organization, user, provider.joins_as)
    audit.record("tenants.member.joined", user, actor=user, role=provider.joins_as)
    return user


def _name_in(claims: Claims) -> str:
    """What signatures print, until somebody corrects it."""
    return claims.full_name or claims.email.partition("@")[0]
