"""A role may do only what its organization's type may do: role × type, by hand-written lists."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from apps.integrations.actions import queue_deliveries
from apps.integrations.api.queries import admit
from apps.integrations.models import Delivery
from apps.reports.models import ReportVersion
from apps.tenants.access import Active
from apps.tenants.clients import Caller
from apps.tenants.lookups import organization_type
from apps.tenants.model_api import Scope
from apps.tenants.models import ApiClient, Organization
from apps.tenants.organization_types import CLINICAL
from apps.tenants.permissions import INSIDE_ROLES, PERMISSIONS
from apps.tenants.queries import permit
from tests.factories import inside
from tests.onboarding.files import destination
from tests.reports.signing import sign

CARE = {
    "edit_report", "hand_on_report", "assign_report", "submit_report", "sign_report",
    "view_report_history", "change_destinations",
    "unlock_report", "ask_retraction", "approve_retraction",
}  # fmt: skip
SENDING = {
    "view_recordings", "upload_files", "view_record", "view_queue", "replay", "change_inbound",
    "change_shares", "change_fetch_hosts", "resolve_identity", "view_vendor_profiles",
    "change_vendor_profiles",
}  # fmt: skip
WITHHELD = {"hospital": set(), "laboratory": CARE, "research": CARE | SENDING}
REFUSED_SCOPES = {
    "hospital": set(),
    "laboratory": {"reports:read"},
    "research": {scope.value for scope in Scope},
}


@pytest.mark.parametrize("kind", Organization.Type.values)
@pytest.mark.parametrize("role", sorted(INSIDE_ROLES))
def test_a_role_keeps_what_its_type_allows_and_nothing_more(role, kind):
    usual = {action for action in PERMISSIONS if role in PERMISSIONS[action]}
    active = Active(1, role, type=kind)
    assert {action for action in PERMISSIONS if active.may(action)} == usual - WITHHELD[kind]


def test_a_type_nobody_knows_may_nothing_at_all():
    assert not any(Active(1, "administrator", type="").may(action) for action in PERMISSIONS)


def test_the_table_names_only_actions_there_are():
    assert set(CLINICAL) == CARE | SENDING
    assert set(CLINICAL) <= set(PERMISSIONS)


@pytest.mark.parametrize("kind", Organization.Type.values)
@pytest.mark.parametrize("scope", Scope)
def test_a_program_is_refused_what_its_organization_is_not_for(scope, kind):
    caller = Caller(1, ApiClient(), frozenset(Scope.values), 1, None, kind)
    if scope.value in REFUSED_SCOPES[kind]:
        with pytest.raises(PermissionDenied):
            admit(caller, scope)
    else:
        admit(caller, scope)


@pytest.mark.parametrize(
    ("kind", "status"), [("hospital", 200), ("laboratory", 200), ("research", 403)]
)
def test_a_request_has_the_type_of_its_organization(mercy, reader, client_of, kind, status):
    _become(mercy, kind)
    assert client_of(reader).get(reverse("upload")).status_code == status


@pytest.mark.parametrize(("kind", "may"), [("hospital", True), ("laboratory", False)])
def test_a_laboratorys_reader_signs_nothing(mercy, kind, may):
    _become(mercy, kind)
    active = Active(mercy.pk, "reader", type=organization_type(mercy.pk))
    if may:
        permit(active, "sign_report")
    else:
        with pytest.raises(PermissionDenied):
            permit(active, "sign_report")


@pytest.mark.parametrize(("kind", "queued"), [("hospital", 1), ("laboratory", 0)])
def test_nothing_is_delivered_where_no_results_are_received(mercy, recording, reader, kind, queued):
    destination(mercy)
    with inside(mercy):
        version = sign(recording.reports.get(), reader)
    _become(mercy, kind)
    with inside(mercy):
        assert queue_deliveries(ReportVersion.objects.get(pk=version.pk)) == queued
        assert Delivery.objects.count() == queued


def test_an_organization_that_is_not_has_no_type(db):
    assert organization_type(0) == ""


def _become(organization, kind):
    with inside(organization):
        Organization.objects.filter(pk=organization.pk).update(type=kind)
