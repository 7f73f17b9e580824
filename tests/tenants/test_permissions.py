"""The one table of permissions against a list written by hand, and the page made from it."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from apps.tenants.access import Active, OnPlatform
from apps.tenants.management.commands import permissions as command
from apps.tenants.models import Membership, PlatformRole
from apps.tenants.permissions import INSIDE_ROLES, PERMISSIONS, PLATFORM_ROLES, ROLE_NAMES, TABLE

CONFIGURATION = {
    "view_organization", "view_sites", "view_people", "view_destinations", "view_algorithms",
    "view_prices", "view_keys", "view_alarms", "view_alarm_channels", "view_api_clients",
    "view_limits", "view_storage", "view_identity_providers", "view_inbound", "view_shares",
    "view_processing",
    "view_fetch_hosts", "view_escalation", "view_own_statements",
}  # fmt: skip
RECORD = {"view_report_history", "view_audit_trail", "view_entries"}
ON_CALL = {"view_on_call", "hand_over"}
CRITICAL = {"raise_critical", "acknowledge_critical"} | ON_CALL
RETRACTION = {"ask_retraction", "approve_retraction"}
ADMINISTRATION = {"open_administration"}
READING = {"view_dashboards", "view_clinical_dashboard"}
ENGINEERING = {"view_dashboards", "view_engineering_dashboard"}
COMPLIANCE = {"view_dashboards", "view_compliance_dashboard"}

MAY: dict[str, set[str]] = {
    "technician": {"view_recordings", "upload_files", "view_queue", "replay"} | ADMINISTRATION
    | {"handle_alarms", "view_alarms", "resolve_identity", "view_vendor_profiles"}
    | {"download_originals", "view_processing", "ask_retraction"} | CRITICAL | READING
    | ENGINEERING,
    "reader": {
        "view_recordings", "upload_files", "edit_report", "sign_report", "view_overrides",
        "use_templates", "unlock_report", "hand_on_report", "assign_report",
    } | CRITICAL | READING | RETRACTION,
    "trainee": {"view_recordings", "edit_report", "submit_report", "use_templates",
                "hand_on_report"} | CRITICAL
    | READING,
    "administrator": CONFIGURATION | RECORD | ADMINISTRATION | READING | ENGINEERING
    | COMPLIANCE | RETRACTION | {
        "unlock_report", "hand_on_report", "assign_report",
        "view_recordings", "upload_files", "view_record", "view_queue", "replay", "view_charges",
        "change_prices", "change_organization", "allow_emergency_entry", "change_sites",
        "change_people", "change_accounts", "send_password_links", "change_destinations",
        "change_algorithms", "export_entries", "end_entry", "view_access_review",
        "decide_access_review", "export_audit_trail", "view_audit_counts", "handle_alarms",
        "change_alarm_channels", "change_api_clients", "view_invitations",
        "change_identity_providers", "change_inbound", "change_shares", "resolve_identity",
        "view_vendor_profiles", "change_vendor_profiles", "release_files", "download_originals",
        "change_processing", "change_fetch_hosts", "view_overrides", "change_reading",
        "acknowledge_critical", "change_on_call", "change_escalation", "change_own_statements",
        "use_templates", "change_templates",
    } | ON_CALL,
    "researcher": set(),
    "labeler": set(),
    "auditor": RECORD | ADMINISTRATION | COMPLIANCE | {
        "export_entries", "view_access_review", "decide_access_review", "export_audit_trail",
        "view_audit_counts",
    },
    "billing": {"view_charges", "view_prices", "change_prices"} | ADMINISTRATION,
    "entered": CONFIGURATION | RECORD | ADMINISTRATION | ENGINEERING | {
        "view_recordings", "view_record", "view_queue", "view_charges", "view_audit_counts",
        "view_invitations", "view_vendor_profiles", "view_on_call",
    },
    "operator": CONFIGURATION | ADMINISTRATION | {
        "view_queue_counts", "change_organization", "onboard_organization", "change_accounts",
        "send_first_link", "view_platform_entries", "approve_entry", "change_storage",
        "change_limits", "confirm_domains", "view_offboarding", "ask_offboarding",
        "approve_offboarding",
    },
    "support": ADMINISTRATION | {
        "view_organization", "view_queue_counts", "ask_entry", "view_platform_entries",
        "view_alarms", "view_limits",
    },
    "security": ADMINISTRATION | {
        "view_organization", "view_people", "view_keys", "change_accounts", "view_platform_staff",
        "view_platform_entries", "approve_entry", "view_access_review", "verify_audit",
        "view_alarms", "view_api_clients", "view_storage", "view_identity_providers",
        "view_audit_counts", "confirm_domains", "view_offboarding", "ask_offboarding",
        "approve_offboarding",
    },
    "superuser": CONFIGURATION | ADMINISTRATION | {
        "change_accounts", "view_platform_staff", "change_platform_staff", "view_platform_entries",
    },
}  # fmt: skip


def holder(role):
    return OnPlatform(role) if role in PLATFORM_ROLES else Active(1, role, role == "entered")


@pytest.mark.parametrize("role", ROLE_NAMES)
def test_a_role_may_do_what_the_table_says_and_nothing_else(role):
    assert {action for action in PERMISSIONS if holder(role).may(action)} == MAY[role]


def test_every_role_there_is_has_its_line():
    kinds = {*Membership.Role.values, "entered"}, {*PlatformRole.Role.values, "superuser"}
    assert kinds == (INSIDE_ROLES, PLATFORM_ROLES)
    assert not INSIDE_ROLES & PLATFORM_ROLES
    assert set(MAY) == set(ROLE_NAMES) == INSIDE_ROLES | PLATFORM_ROLES


@pytest.mark.parametrize("role", sorted(PLATFORM_ROLES))
def test_a_platform_role_is_nothing_inside_an_organization(role):
    assert not any(Active(1, role).may(action) for action in PERMISSIONS)


@pytest.mark.parametrize("role", sorted(INSIDE_ROLES))
def test_a_role_of_an_organization_is_nothing_on_the_platform(role):
    assert not any(OnPlatform(role).may(action) for action in PERMISSIONS)


@pytest.mark.parametrize("who", [Active(1, "administrator"), OnPlatform("superuser")])
def test_an_action_without_an_entry_is_an_error(who):
    with pytest.raises(KeyError):
        who.may("delete_everything")


def test_no_action_is_named_twice():
    assert len(PERMISSIONS) == len(TABLE)


def test_who_entered_only_reads():
    changing = [a for a in MAY["entered"] if not a.startswith("view_")]
    assert changing == ["open_administration"]


def test_the_page_of_permissions_is_the_tables():
    call_command("permissions", "--check")


def test_a_stale_page_is_told(monkeypatch):
    monkeypatch.setattr(command, "TABLE", TABLE[1:])
    with pytest.raises(CommandError, match="stale"):
        call_command("permissions", "--check")
