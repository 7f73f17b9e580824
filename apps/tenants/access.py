"""Who may do what, in the organization that is active in the session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from apps.tenants.lookups import closed_to_passwords, memberships_of
from apps.tenants.models import Membership, User
from apps.tenants.sessions import follow, renew_key

SESSION_KEY = "organization"
ENTRY_UNTIL_KEY = "organization_entry_until"
SIGN_ON_KEY = "single_sign_on"

Role = Membership.Role

# Action → roles that may do it. The one table of permissions.
PERMISSIONS: dict[str, frozenset[str]] = {
    "view_recordings": frozenset({Role.TECHNICIAN, Role.READER, Role.ADMINISTRATOR}),
    "upload_files": frozenset({Role.TECHNICIAN, Role.READER, Role.ADMINISTRATOR}),
    "edit_report": frozenset({Role.READER}),
    "sign_report": frozenset({Role.READER}),
    "administer": frozenset({Role.ADMINISTRATOR}),
    "view_audit_trail": frozenset({Role.ADMINISTRATOR}),
    "replay": frozenset({Role.TECHNICIAN, Role.ADMINISTRATOR}),
    "handle_alarms": frozenset({Role.TECHNICIAN, Role.ADMINISTRATOR}),
}


@dataclass(frozen=True, slots=True)
class Active:
    """The organization a request works in and the person's role there.

    `entered` marks platform staff who came in with a reason; they have no membership.
    """

    organization_id: int
    role: str
    entered: bool = False

    def may(self, action: str) -> bool:
        return self.role in PERMISSIONS[action]


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
    """The session's organization while the membership holds; the only one where there is one."""
    user = cast(User, request.user)
    bound = single_sign_on(request)
    wanted = bound.organization_id if bound else request.session.get(SESSION_KEY)
    entered = None if bound else _entered(request, user, wanted)
    if entered:
        return entered
    entries = {entry.organization_id: entry.role for entry in memberships_of(user.pk)}
    if wanted is None and len(entries) == 1 and may_open(request, next(iter(entries))):
        wanted = request.session[SESSION_KEY] = next(iter(entries))
    if wanted not in entries:
        return None
    return Active(wanted, entries[wanted])


def may_open(request: HttpRequest, organization_id: int) -> bool:
    """Whether the way the person signed in opens this organization."""
    bound = single_sign_on(request)
    if bound:
        return bound.organization_id == organization_id
    return organization_id not in closed_to_passwords(cast(User, request.user).pk)


def _entered(request: HttpRequest, user: User, wanted: int | None) -> Active | None:
    until = request.session.get(ENTRY_UNTIL_KEY)
    if until is None:
        return None
    if wanted is None or not user.is_staff or timezone.now().timestamp() > until:
        del request.session[ENTRY_UNTIL_KEY]
        request.session.pop(SESSION_KEY, None)
        return None
    return Active(wanted, Role.ADMINISTRATOR, entered=True)


def activate(request: HttpRequest, organization_id: int, *, entering: bool = False) -> None:
    """Make an organization the session's; a new session key, so no old page acts in the new one.

    `entering` is platform staff's. Raises PermissionDenied where the person must sign in another
    way.
    """
    if not entering and not may_open(request, organization_id):
        raise PermissionDenied
    renew_key(request)
    follow(request, organization_id)
    request.session[SESSION_KEY] = organization_id
    request.session.pop(ENTRY_UNTIL_KEY, None)
