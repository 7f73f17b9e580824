"""What an administrator does about an account: sessions, failures, the end of employment."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db import transaction
from django.http import HttpRequest

from apps.audit.actions import record_alone
from apps.audit.admin_base import inside, may, on_platform
from apps.core.scope import current_organization, organization_scope
from apps.tenants.actions import platform_organization_id
from apps.tenants.admin_tools import Tool, ToolsAdmin
from apps.tenants.factors import has_second_factor
from apps.tenants.leaving import belongs_elsewhere, end_employment, end_employment_everywhere
from apps.tenants.lockout import forgive, is_locked_out
from apps.tenants.models import ExternalIdentity, Membership, User
from apps.tenants.new_password import Proof, begin_anew, may_have_password, send_link
from apps.tenants.sessions import end_sessions, end_sessions_in
from apps.tenants.sign_on.accounts import unlink

SESSIONS_NOTE = "The person is signed out at the next click and may sign in again."
LEAVES_NOTE = (
    "The membership ends, the sessions end at once, and second factors are removed. An account that"
    " opens nothing else is closed. What the person signed stays as it is."
)
LINK_NOTE = (
    "A link goes to the person's address: by it the person chooses a password. It works once, for"
    " an hour. Until then all stays as it is."
)
ANEW_NOTE = (
    "For a person who has lost the second factor and the recovery codes. Make sure first who asks."
    " Second factors and password are removed, the sessions end, and a link to choose a new"
    " password goes to the person's address. How you made sure is kept on record."
)
UNLINK_NOTE = (
    "The identity provider's name for the person is forgotten, and sessions that it began end. Who"
    " is sent by it again is recognised by the address."
)
UNLOCK_NOTE = "The failed sign-ins are forgotten, so that the person need not wait."


class AccountTools(ToolsAdmin):
    def tools(self) -> list[Tool]:
        return [
            Tool("end-sessions", "End sessions", SESSIONS_NOTE, _sessions, _may),
            Tool("unlock", "Unlock", UNLOCK_NOTE, _unlock, _may_unlock),
            Tool("link", "Send a link for a password", LINK_NOTE, _link, _may_link),
            Tool("anew", "Second factor lost", ANEW_NOTE, _anew, _may_anew, ProofForm),
            Tool("unlink", "Unlink single sign-on", UNLINK_NOTE, _unlink, _may_unlink),
            Tool("leave", "End employment", LEAVES_NOTE, _leave, _may),
        ]


def _may(request: HttpRequest, user: User) -> bool:
    """Of members, inside an organization; platform staff of everybody but who is above them."""
    asker: Any = request.user
    if user.pk == asker.pk:
        return False
    if not may(request, "change_accounts" if on_platform(request) else "change_people"):
        return False
    return inside(request) or asker.is_superuser or not user.is_superuser


class ProofForm(forms.Form):
    proof = forms.ChoiceField(label="How you made sure", choices=Proof.choices)


def _may_link(request: HttpRequest, user: User) -> bool:
    """Inside, of accounts of here alone; else of an organization's first administrator, once."""
    if not may_have_password(user):
        return False
    if inside(request):
        return may(request, "send_password_links") and _is_of_here(request, user)
    return may(request, "send_first_link") and is_first_administrator(user)


def _is_of_here(request: HttpRequest, user: User) -> bool:
    active: Any = request.active  # type: ignore[attr-defined]
    return _may(request, user) and not belongs_elsewhere(user, active.organization_id)


def _may_anew(request: HttpRequest, user: User) -> bool:
    """Whose account opens other organizations too goes to platform staff."""
    return (
        user.is_active
        and has_second_factor(user)
        and (
            may(request, "send_password_links") and _is_of_here(request, user)
            if inside(request)
            else _may(request, user)
        )
    )


def _may_unlink(request: HttpRequest, user: User) -> bool:
    if not (inside(request) and _may(request, user)):
        return False
    with transaction.atomic():
        return ExternalIdentity.objects.filter(user=user).exists()


def is_first_administrator(user: User) -> bool:
    """Never signed in, without a password, in organizations no administrator has signed in to."""
    if user.is_staff or user.has_usable_password() or user.last_login is not None:
        return False
    rows = Membership.objects.db_manager("platform").filter(is_active=True)
    administrators = rows.filter(role=Membership.Role.ADMINISTRATOR)
    places = list(administrators.filter(user_id=user.pk).values_list("organization_id", flat=True))
    settled = administrators.filter(organization_id__in=places, user__last_login__isnull=False)
    of_nothing_else = rows.filter(user_id=user.pk).count() == len(places)
    return bool(places) and of_nothing_else and not settled.exists()


def _may_unlock(request: HttpRequest, user: User) -> bool:
    return _may(request, user) and is_locked_out(user)


def _sessions(request: HttpRequest, user: User) -> str:
    here = current_organization()
    count = end_sessions(user) if here is None else end_sessions_in(user, here)
    _record(request, "tenants.session.revoked", user, count=count)
    return f"{count} session{'' if count == 1 else 's'} of {user} ended."


def _unlock(request: HttpRequest, user: User) -> str:
    forgive(user)
    _record(request, "tenants.user.unlocked", user)
    return f"{user} may try again."


def _link(request: HttpRequest, user: User) -> str:
    send_link(request, user)
    _record(request, "tenants.user.link_sent", user)
    return f"A link is on its way to {user}."


def _anew(request: HttpRequest, user: User, *, proof: str) -> str:
    with transaction.atomic():
        begin_anew(request, user)
    _record(request, "tenants.factor.lost", user, source=proof)
    return f"{user} begins anew: a link is on its way."


def _unlink(request: HttpRequest, user: User) -> str:
    with transaction.atomic():
        unlink(user, by=cast(User, request.user))
    return f"{user} is not linked any more."


def _leave(request: HttpRequest, user: User) -> str:
    here, by = current_organization(), request.user
    assert isinstance(by, User)
    if here is None:
        end_employment_everywhere(user, by=by)
    else:
        with organization_scope(here), transaction.atomic():
            end_employment(user, here, by=by)
    return f"The employment of {user} is ended."


def _record(request: HttpRequest, code: str, user: User, **details: Any) -> None:
    where = current_organization() or platform_organization_id()
    record_alone(where, code, subject=user, actor=request.user, **details)
