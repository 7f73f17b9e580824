"""What an administrator does about an account: sessions, failures, the end of employment."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest

from apps.audit.actions import record_alone
from apps.audit.admin_base import inside, may, on_platform
from apps.core.scope import current_organization, organization_scope
from apps.tenants.actions import platform_organization_id
from apps.tenants.admin_tools import Tool, ToolsAdmin
from apps.tenants.leaving import end_employment, end_employment_everywhere
from apps.tenants.lockout import forgive, is_locked_out
from apps.tenants.models import User
from apps.tenants.sessions import end_sessions, end_sessions_in

SESSIONS_NOTE = "The person is signed out at the next click and may sign in again."
LEAVES_NOTE = (
    "The membership ends, the sessions end at once, and second factors are removed. An account that"
    " opens nothing else is closed. What the person signed stays as it is."
)
UNLOCK_NOTE = "The failed sign-ins are forgotten, so that the person need not wait."


class AccountTools(ToolsAdmin):
    def tools(self) -> list[Tool]:
        return [
            Tool("end-sessions", "End sessions", SESSIONS_NOTE, _sessions, _may),
            Tool("unlock", "Unlock", UNLOCK_NOTE, _unlock, _may_unlock),
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
