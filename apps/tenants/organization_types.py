"""What each type of organization may do at all, whatever the role: beside the table of roles."""

from __future__ import annotations

from apps.tenants.model_api import Scope
from apps.tenants.models import Organization

HOSPITAL, LABORATORY, RESEARCH = (kind.value for kind in Organization.Type)

# Submits and receives results.
_CARE = frozenset({HOSPITAL})
# Sees the ECGs it sends.
_SENDS = frozenset({HOSPITAL, LABORATORY})

# Actions that are clinical → the types that may; every other action is every type's.
CLINICAL: dict[str, frozenset[str]] = {
    "view_recordings": _SENDS,
    "upload_files": _SENDS,
    "view_record": _SENDS,
    "view_queue": _SENDS,
    "replay": _SENDS,
    "resolve_identity": _SENDS,
    "view_vendor_profiles": _SENDS,
    "change_vendor_profiles": _SENDS,
    "edit_report": _CARE,
    "hand_on_report": _CARE,
    "assign_report": _CARE,
    "submit_report": _CARE,
    "sign_report": _CARE,
    "unlock_report": _CARE,
    "ask_retraction": _CARE,
    "approve_retraction": _CARE,
    "view_report_history": _CARE,
    "change_destinations": _CARE,
    "change_inbound": _SENDS,
    "change_shares": _SENDS,
    "change_fetch_hosts": _SENDS,
}
SCOPES: dict[str, frozenset[str]] = {
    Scope.FILES_WRITE: _SENDS,
    Scope.FILES_READ: _SENDS,
    Scope.SUBMISSIONS_WRITE: _SENDS,
    Scope.SUBMISSIONS_READ: _SENDS,
    Scope.ORDERS_WRITE: _SENDS,
    Scope.ORDERS_READ: _SENDS,
    Scope.RECORDINGS_READ: _SENDS,
    Scope.REPORTS_READ: _CARE,
}


def type_may(kind: str, action: str) -> bool:
    """Whether an organization of that type does such things; a type not known does none."""
    return kind in CLINICAL.get(action, frozenset(Organization.Type.values))


def type_may_ask(kind: str, scope: str) -> bool:
    """The same for what a program may ask for. Raises KeyError for a scope not in the table."""
    return kind in SCOPES[scope]


def receives_results(kind: str) -> bool:
    """Whether reports are delivered to its destinations."""
    return kind in CLINICAL["change_destinations"]


def may_submit(kind: str) -> bool:
    """Whether ECGs come from it, through whatever door; a type not known sends none."""
    return kind in CLINICAL["upload_files"]
