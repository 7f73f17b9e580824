"""Who may what in the admin, asked of its functions without a page: person × function."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.core.exceptions import PermissionDenied

from apps.audit.admin_base import inside, may, on_platform
from apps.ecg.models import Recording
from apps.ingestion.models import Ingress
from apps.tenants import access, admin_account, admin_people
from apps.tenants.models import Membership, Organization, PlatformRole, Site, User
from tests.database import committed


def asker(role=None, *, platform=None, active=True, entered=False):
    user = SimpleNamespace(
        pk=1, is_staff=bool(platform), is_active=active, is_superuser=platform == "superuser"
    )
    return SimpleNamespace(
        user=user,
        active=role and access.Active(1, role, entered),
        platform=platform and access.OnPlatform(platform),
    )


ASKERS = {
    "nobody": asker(),
    "left": asker(active=False),
    **{role: asker(role) for role in access.Role.values},
    **{role: asker(platform=role) for role in ("operator", "support", "security", "superuser")},
    "operator as reader": asker("reader", platform="operator"),
    "entered": asker("entered", platform=None, entered=True),
    # A role of the one kind in the place of the other opens nothing.
    "operator as a member": asker("operator"),
    "administrator on the platform": asker(platform="administrator"),
}
ADMINISTERS = {"administrator"}
READS = {"administrator", "entered"}
CONFIGURES = {"operator", "superuser"}
PLATFORM = {"operator", "support", "security", "superuser"}
NONE: set[str] = set()

clinical, queue, site, organization, membership, account, staff = (
    admin.site.get_model_admin(model)
    for model in (Recording, Ingress, Site, Organization, Membership, User, PlatformRole)
)

MAY = {
    "inside": (inside, READS | {"technician", "auditor", "billing"}),
    "on platform": (on_platform, PLATFORM | {"administrator on the platform"}),
    "enter the admin": (
        admin.site.has_permission,
        READS | PLATFORM | {"technician", "auditor", "billing"},
    ),
    "view clinical": (clinical.has_view_permission, READS),
    "list clinical": (clinical.has_module_permission, READS),
    "add clinical": (clinical.has_add_permission, NONE),
    "change clinical": (clinical.has_change_permission, NONE),
    "delete clinical": (clinical.has_delete_permission, NONE),
    "read a row's history": (clinical.has_history_permission, READS | {"auditor"}),
    "view queue": (queue.has_view_permission, READS | {"technician"}),
    "replay": (queue.has_replay_permission, ADMINISTERS | {"technician"}),
    "view site": (site.has_view_permission, READS | CONFIGURES),
    "list site": (site.has_module_permission, READS | CONFIGURES),
    "add site": (site.has_add_permission, ADMINISTERS),
    "change site": (site.has_change_permission, ADMINISTERS),
    "delete site": (site.has_delete_permission, NONE),
    "add organization": (organization.has_add_permission, {"operator"}),
    "change organization": (organization.has_change_permission, ADMINISTERS | {"operator"}),
    "change members": (membership.has_change_permission, ADMINISTERS),
    "change accounts": (
        account.has_change_permission,
        ADMINISTERS | {"operator", "security", "superuser"},
    ),
    "view staff": (staff.has_view_permission, {"security", "superuser"}),
    "add staff": (staff.has_add_permission, {"superuser"}),
    "change staff": (staff.has_change_permission, {"superuser"}),
}


@pytest.mark.parametrize("what", MAY)
def test_only_those_may(what):
    function, allowed = MAY[what]
    assert {name for name, request in ASKERS.items() if function(request)} == allowed


def test_rows_are_not_even_listed_for_others():
    for name in set(ASKERS) - READS:
        with pytest.raises(PermissionDenied):
            clinical.get_queryset(ASKERS[name])


def test_replaying_needs_the_right_and_an_open_door(monkeypatch):
    for right in ("open_administration", "replay"):
        with monkeypatch.context() as patch:
            patch.setitem(access.PERMISSIONS, right, frozenset())
            assert not queue.has_replay_permission(ASKERS["administrator"])


def test_a_page_that_names_no_action_is_an_error():
    for model_admin in admin.site._registry.values():
        assert model_admin.viewing in access.PERMISSIONS, model_admin
        changes = model_admin.editable or model_admin.addable
        assert not changes or model_admin.changing in access.PERMISSIONS, model_admin
    with pytest.raises(KeyError):
        may(ASKERS["administrator"], "")


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
    for module in (admin_people, admin_account):
        monkeypatch.setattr(module, "belongs_elsewhere", lambda user, organization: elsewhere)
    monkeypatch.setattr(admin_account, "may_have_password", lambda user: True)
    asked = {name: request for name, request in ASKERS.items() if request.active}
    may_ = {name for name in asked if account.has_change_permission(asked[name], ORDINARY)}
    link = {name for name in asked if admin_account._may_link(asked[name], ORDINARY)}
    assert may_ == link == (NONE if elsewhere else ADMINISTERS)


@pytest.mark.parametrize("first", [False, True])
def test_from_outside_a_first_administrator_is_sent_a_link_by_an_operator(monkeypatch, first):
    monkeypatch.setattr(admin_account, "is_first_administrator", lambda user: first)
    monkeypatch.setattr(admin_account, "may_have_password", lambda user: True)
    outside = {name: request for name, request in ASKERS.items() if request.platform}
    may_ = {name for name in outside if admin_account._may_link(outside[name], ORDINARY)}
    assert may_ - {"operator as reader"} == ({"operator"} if first else NONE)


@pytest.mark.parametrize("asker", ["administrator", "operator"])
def test_what_single_sign_on_governs_is_sent_no_link(monkeypatch, asker):
    monkeypatch.setattr(admin_account, "is_first_administrator", lambda user: True)
    monkeypatch.setattr(admin_account, "may_have_password", lambda user: False)
    assert not admin_account._may_link(ASKERS[asker], ORDINARY)


def test_a_superusers_account_is_changed_by_superusers():
    assert account.has_change_permission(ASKERS["operator"], ORDINARY)
    assert not account.has_change_permission(ASKERS["operator"], SUPERUSER)
    assert account.has_change_permission(ASKERS["superuser"], SUPERUSER)


def test_an_account_that_is_closed_enters_nothing():
    assert not admin.site.has_permission(asker("administrator", active=False))


@committed
def test_the_reserved_organization_is_not_among_the_customers(mercy, lakeside):
    rows = organization.get_queryset(ASKERS["operator"])
    assert {row.slug for row in rows} == {"mercy", "lakeside"}


def test_what_is_of_an_organization_is_changed_inside_it_only(monkeypatch):
    """Also where the platform's role may change such things."""
    monkeypatch.setattr(site, "changing", "change_organization")
    for person, allowed in ((asker(platform="operator"), False), (asker("administrator"), True)):
        assert site.has_add_permission(person) is allowed
        assert site.has_change_permission(person) is allowed
