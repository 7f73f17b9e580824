"""Who may do what: one table of permissions, and who the asker of a request is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest

from apps.tenants import entries
from apps.tenants.lookups import memberships_of
from apps.tenants.models import Membership, PlatformRole, User
from apps.tenants.permissions import ENTERED, PERMISSIONS, SUPERUSER
from apps.tenants.permissions import INSIDE_ROLES as INSIDE
from apps.tenants.permissions import PLATFORM_ROLES as OUTSIDE

__all__ = ["ENTRY_KEY", "PERMISSIONS", "SESSION_KEY", "Active", "OnPlatform", "Role", "activate"]

SESSION_KEY = "organization"
ENTRY_KEY = "organization_entry"

Role = Membership.Role


@dataclass(frozen=True, slots=True)
class Active:
    """The organization a request works in and the person's role there.

    `entered` marks platform staff who came in by break-glass; they have no membership.
    """

    organization_id: int
    role: str
    entered: bool = False

    def may(self, action: str) -> bool:
        """Raises KeyError for an action the table does not name."""
        return self.role in PERMISSIONS[action] & INSIDE


@dataclass(frozen=True, slots=True)
class OnPlatform:
    """Platform staff in no organization, and what they are there."""

    role: str

    def may(self, action: str) -> bool:
        """Raises KeyError for an action the table does not name."""
        return self.role in PERMISSIONS[action] & OUTSIDE


def active_organization(request: HttpRequest) -> Active | None:
    """The session's organization while the membership holds; the only one where there is one."""
    user = cast(User, request.user)
    wanted = request.session.get(SESSION_KEY)
    if ENTRY_KEY in request.session:
        return _entered(request, user, wanted)
    held = {entry.organization_id: entry.role for entry in memberships_of(user.pk)}
    if wanted is None and len(held) == 1:
        wanted = request.session[SESSION_KEY] = next(iter(held))
    if wanted not in held:
        return None
    return Active(wanted, held[wanted])


def _entered(request: HttpRequest, user: User, wanted: int | None) -> Active | None:
    """Inside for as long as the entry holds; what ended it is written once."""
    public_id = request.session[ENTRY_KEY]
    role = platform_role_of(user)
    if wanted is not None and role is not None and role.may("ask_entry"):
        polled = request.headers.get("HX-Request") or request.headers.get("X-Poll")
        if entries.hold(wanted, public_id, user, seen=not polled):
            return Active(wanted, ENTERED, entered=True)
    forget_entry(request)
    return None


def forget_entry(request: HttpRequest) -> None:
    for key in (SESSION_KEY, ENTRY_KEY):
        request.session.pop(key, None)


def platform_role_of(user: User) -> OnPlatform | None:
    """None for everyone who is not platform staff, and for staff who were given no role."""
    if not (user.is_active and user.is_staff):
        return None
    if user.is_superuser:
        return OnPlatform(SUPERUSER)
    held = PlatformRole.objects.filter(user=user).first()
    return OnPlatform(held.role) if held else None


def activate(request: HttpRequest, organization_id: int) -> None:
    """Make an organization the session's; a new session key, so no old page acts in the new one."""
    request.session.cycle_key()
    forget_entry(request)
    request.session[SESSION_KEY] = organization_id
