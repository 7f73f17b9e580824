"""Who may what in the admin, asked of its functions without a page: person × function."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.core.exceptions import PermissionDenied

from apps.audit.admin_base import inside, on_platform
from apps.ecg.models import Recording
from apps.ingestion.models import Ingress
from apps.tenants import access, admin_people
from apps.tenants.models import Membership, Organization, Site, User
from tests.database import committed


def asker(role=None, *, staff=False, active=True, entered=False, superuser=False):
    user = SimpleNamespace(pk=1, is_staff=staff, is_active=active, is_superuser=superuser)
    return SimpleNamespace(user=user, active=role and access.Active(1, role, entered))


ASKERS = {
    "nobody": asker(),
    "left": asker(active=False),
    "technician": asker("technician"),
    "reader": asker("reader"),
    "administrator": asker("administrator"),
    "staff": asker(staff=True),
    "staff who left": asker(staff=True, active=False),
    "staff as reader": asker("reader", staff=True),
    "staff entered": asker("administrator", staff=True, entered=True),
}
INSIDE = {"administrator", "staff entered"}
BOTH = INSIDE | {"staff"}
NONE: set[str] = set()

clinical, queue, site, organization, membership, account = (
    admin.site.get_model_admin(model)
    for model in (Recording, Ingress, Site, Organization, Membership, User)
)

MAY = {
    "inside": (inside, INSIDE),
    "on platform": (on_platform, {"staff"}),
    "enter the admin": (admin.site.has_permission, BOTH),
    "view clinical": (clinical.has_view_permission, INSIDE),
    "list clinical": (clinical.has_module_permission, INSIDE),
    "add clinical": (clinical.has_add_permission, NONE),
    "change clinical": (clinical.has_change_permission, NONE),
    "delete clinical": (clinical.has_delete_permission, NONE),
    "replay": (queue.has_replay_permission, INSIDE),
    "view site": (site.has_view_permission, BOTH),
    "list site": (site.has_module_permission, BOTH),
    "add site": (site.has_add_permission, INSIDE),
    "change site": (site.has_change_permission, INSIDE),
    "delete site": (site.has_delete_permission, NONE),
    "add organization": (organization.has_add_permission, {"staff"}),
    "change organization": (organization.has_change_permission, BOTH),
    "change members": (membership.has_change_permission, INSIDE),
    "change accounts": (account.has_change_permission, BOTH),
}


@pytest.mark.parametrize("what", MAY)
def test_only_those_may(what):
    function, allowed = MAY[what]
    assert {name for name, request in ASKERS.items() if function(request)} == allowed


def test_rows_are_not_even_listed_for_others():
    for name in set(ASKERS) - INSIDE:
        with pytest.raises(PermissionDenied):
            clinical.get_queryset(ASKERS[name])


def test_replaying_needs_both_rights(monkeypatch):
    for right in ("administer", "replay"):
        with monkeypatch.context() as patch:
            patch.setitem(access.PERMISSIONS, right, frozenset())
            assert not queue.has_replay_permission(ASKERS["administrator"])


def test_nobody_changes_the_own_membership_or_account():
    itself, another = SimpleNamespace(user_id=1), SimpleNamespace(user_id=2)
    request = ASKERS["administrator"]
    assert not membership.has_change_permission(request, itself)
    assert membership.has_change_permission(request, another)
    assert not membership.has_change_permission(ASKERS["reader"], another)
    own = SimpleNamespace(pk=1, is_superuser=False)
    assert not any(account.has_change_permission(asked, own) for asked in ASKERS.values())


ORDINARY = SimpleNamespace(pk=2, is_superuser=False)
SUPERUSER = SimpleNamespace(pk=2, is_superuser=True)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_an_account_is_changed_inside_only_where_it_is_of_here_alone(monkeypatch, elsewhere):
    monkeypatch.setattr(admin_people, "belongs_elsewhere", lambda user, organization: elsewhere)
    asked = {name: request for name, request in ASKERS.items() if request.active}
    may = {name for name in asked if account.has_change_permission(asked[name], ORDINARY)}
    password = {name for name in asked if account._may_set_password(asked[name], ORDINARY)}
    assert may == password == (NONE if elsewhere else INSIDE)


def test_a_superusers_account_is_changed_by_superusers_and_no_password_from_outside():
    staff, above = ASKERS["staff"], asker(staff=True, superuser=True)
    assert account.has_change_permission(staff, ORDINARY)
    assert not account.has_change_permission(staff, SUPERUSER)
    assert account.has_change_permission(above, SUPERUSER)
    assert not account._may_set_password(above, ORDINARY)


def test_an_account_that_is_closed_enters_nothing():
    assert not admin.site.has_permission(asker("administrator", active=False))


@committed
def test_the_reserved_organization_is_not_among_the_customers(mercy, lakeside):
    rows = organization.get_queryset(ASKERS["staff"])
    assert {row.slug for row in rows} == {"mercy", "lakeside"}
