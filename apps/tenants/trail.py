"""Where events of a person's account are written: outside any organization's scope as well."""

from __future__ import annotations

from typing import Any

from apps.audit.actions import record_alone
from apps.core.scope import current_organization
from apps.tenants.actions import platform_organization_id
from apps.tenants.lookups import memberships_of
from apps.tenants.models import User


def home_of(user: User | None) -> int:
    """A person's only organization; else, and for nobody known, the platform's own record."""
    entries = memberships_of(user.pk) if user else []
    return entries[0].organization_id if len(entries) == 1 else platform_organization_id()


def note(code: str, user: User | None, **fields: Any) -> None:
    """An event about the person in a transaction of its own, in the open scope if there is one."""
    record_alone(current_organization() or home_of(user), code, subject=user, **fields)


def note_refusal(email: object, *, locked: bool = False) -> None:
    """A failed sign-in; the person it was tried for, if there is one, is for the trail only."""
    code = "tenants.user.locked" if locked else "tenants.user.refused"
    named = User.objects.filter(email=str(email or "").strip().lower()).first()
    record_alone(platform_organization_id(), code, subject=named)
