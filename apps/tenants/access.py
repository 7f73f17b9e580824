"""Who may do what: one table of permissions, and who the asker of a request is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from apps.tenants import entries
from apps.tenants.lookups import (
    Standing,
    organization_type,
    second_factor_required,
    standings_of,
)
from apps.tenants.models import Membership, PlatformRole, User
from apps.tenants.organization_types import HOSPITAL, type_may
from apps.tenants.permissions import ENTERED, PERMISSIONS, SUPERUSER
from apps.tenants.permissions import INSIDE_ROLES as INSIDE
from apps.tenants.permissions import PLATFORM_ROLES as OUTSIDE
from apps.tenants.sessions import follow, renew_key

__all__ = ["ENTRY_KEY", "PERMISSIONS", "SESSION_KEY", "Active", "OnPlatform", "Role", "activate"]

SESSION_KEY = "organization"
ENTRY_KEY = "organization_entry"
SIGN_ON_KEY = "single_sign_on"

Role = Membership.Role


@dataclass(frozen=True, slots=True)
class Active:
    """The organization a request works in and the person's role there.

    `entered` marks platform staff who came in by break-glass; they have no membership. `type` is
    the organization's, `needs_factor` whether it asks all who are inside for a second factor.
    """

    organization_id: int
    role: str
    entered: bool = False
    type: str = HOSPITAL
    needs_factor: bool = False

    def may(self, action: str) -> bool:
        """Where the role may and the type may. Raises KeyError for an action not in the table."""
        return self.role in PERMISSIONS[action] & INSIDE and type_may(self.type, action)


@dataclass(frozen=True, slots=True)
class OnPlatform:
    """Platform staff in no organization, and what they are there."""

    role: str

    def may(self, action: str) -> bool:
        """Raises KeyError for an action the table does not name."""
        return self.role in PERMISSIONS[action] & OUTSIDE


@dataclass(frozen=True, slots=True)
class SingleSignOn:
    """What a session has that an identity provider began; it opens that organization only."""

    organization_id: int
    provider: str
    name: str
    subject: str
    until: float


def single_sign_on(request: HttpRequest) -> SingleSignOn | None:
    kept = request.session.get(SIGN_ON_KEY)
    return SingleSignOn(**kept) if kept else None


def active_organization(request: HttpRequest) -> Active | None:
    """The session's organization while membership and way of signing in hold; else the only one."""
    user = cast(User, request.user)
    bound = single_sign_on(request)
    wanted = bound.organization_id if bound else request.session.get(SESSION_KEY)
    if ENTRY_KEY in request.session:
        return _entered(request, user, wanted)
    held = _standings(user, bound)
    if wanted is None and len(held) == 1:
        wanted = request.session[SESSION_KEY] = next(iter(held))
    found = held.get(wanted) if wanted is not None else None
    if found is None or not found.is_open:
        return None
    place, factor = found.organization_id, found.needs_factor
    return Active(place, found.role, type=found.type, needs_factor=factor)


def _standings(user: User, bound: SingleSignOn | None) -> dict[int, Standing]:
    return standings_of(user.pk, bound.provider if bound else None, bound.subject if bound else "")


def may_open(request: HttpRequest, organization_id: int) -> bool:
    """Whether the way the person signed in opens this organization."""
    held = _standings(cast(User, request.user), single_sign_on(request))
    return organization_id in held and held[organization_id].is_open


def _entered(request: HttpRequest, user: User, wanted: int | None) -> Active | None:
    """Inside for as long as the entry holds; what ended it is written once."""
    public_id = request.session[ENTRY_KEY]
    role = platform_role_of(user)
    if wanted is not None and role is not None and role.may("ask_entry"):
        polled = request.headers.get("HX-Request") or request.headers.get("X-Poll")
        if entries.hold(wanted, public_id, user, seen=not polled):
            kind, needs = organization_type(wanted), second_factor_required(wanted)
            return Active(wanted, ENTERED, entered=True, type=kind, needs_factor=needs)
    forget_entry(request)
    return None


def visit_of(request: HttpRequest) -> str:
    """The public id of the entry by which the request is inside; empty where there is none."""
    return str(request.session.get(ENTRY_KEY, ""))


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


def activate(request: HttpRequest, organization_id: int, *, entering: bool = False) -> None:
    """Make an organization the session's; a new session key, so no old page acts in the new one.

    `entering` is platform staff's. Raises PermissionDenied where the person must sign in another
    way.
    """
    if not entering and not may_open(request, organization_id):
        raise PermissionDenied
    renew_key(request)
    follow(request, organization_id)
    forget_entry(request)
    request.session[SESSION_KEY] = organization_id
