"""The one table of permissions: which role may do what to which kind of thing.

Roles of an organization, and platform staff who entered it, reach rows of that organization only:
another's are answered as if they did not exist. Platform roles act outside any organization and
reach configuration and counts, never a clinical row. What is not in the table nobody may do, and
asking for it is an error.
"""

from __future__ import annotations

from dataclasses import dataclass

from apps.tenants.models import Membership, PlatformRole

# Platform staff inside an organization, and who may only say who platform staff are.
ENTERED = "entered"
SUPERUSER = "superuser"

TECHNICIAN, READER, TRAINEE, ADMINISTRATOR, RESEARCHER, LABELER, AUDITOR, BILLING = (
    role.value for role in Membership.Role
)
OPERATOR, SUPPORT, SECURITY = (role.value for role in PlatformRole.Role)

INSIDE_ROLES = frozenset({*Membership.Role.values, ENTERED})
PLATFORM_ROLES = frozenset({*PlatformRole.Role.values, SUPERUSER})

ROLE_NAMES: dict[str, str] = {
    **{role.value: str(role.label) for role in Membership.Role},
    ENTERED: "Platform staff, entered",
    **{role.value: str(role.label) for role in PlatformRole.Role},
    SUPERUSER: "Superuser",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table. `thing` names the rows or the page in words."""

    action: str
    thing: str
    roles: frozenset[str]


def _rule(action: str, thing: str, *roles: str) -> Rule:
    return Rule(action, thing, frozenset(roles))


CLINICAL = (TECHNICIAN, READER, TRAINEE, ADMINISTRATOR, ENTERED)
SET_UP = (ADMINISTRATOR, ENTERED, OPERATOR, SUPERUSER)

TABLE: tuple[Rule, ...] = (
    # Patients, recordings, reports.
    _rule("view_recordings", "patients, recordings, traces and reports", *CLINICAL),
    _rule("upload_files", "files of ECGs", TECHNICIAN, READER, ADMINISTRATOR),
    _rule("edit_report", "the draft of a report", READER, TRAINEE),
    _rule("hand_on_report", "an open report, to another who reads: one's own",
          READER, TRAINEE, ADMINISTRATOR),
    _rule("assign_report", "an open report, to another who reads: anybody's or nobody's",
          READER, ADMINISTRATOR),
    _rule("submit_report", "a draft handed to a reader for signing", TRAINEE),
    _rule("sign_report", "a report: sign, amend, add an addendum", READER),
    _rule("unlock_report", "a locked report, for an amendment", READER, ADMINISTRATOR),
    _rule("ask_retraction", "a signed report of the wrong patient: ask to retract it",
          TECHNICIAN, READER, ADMINISTRATOR),
    _rule("approve_retraction", "the same, asked for by another person: approve, refuse",
          READER, ADMINISTRATOR),
    _rule("raise_critical", "a critical result, by hand", TECHNICIAN, READER, TRAINEE),
    _rule("acknowledge_critical", "a critical result: who was told and how",
          TECHNICIAN, READER, TRAINEE, ADMINISTRATOR),
    _rule("view_overrides", "what readers overrode of the machine's statements, and why",
          READER, ADMINISTRATOR),
    _rule("view_on_call", "who is on call, and the escalation ladder", *CLINICAL),
    _rule("hand_over", "one's own cover on call, given or taken", TECHNICIAN, READER, TRAINEE,
          ADMINISTRATOR),
    _rule("change_on_call", "on-call lists and the rota, anybody's cover", ADMINISTRATOR),
    _rule("use_templates", "templates of reports: one's own", READER, TRAINEE, ADMINISTRATOR),
    _rule("change_templates", "templates of the organization", ADMINISTRATOR),
    _rule("change_reading", "how the organization reads: what is hidden at first", ADMINISTRATOR),
    # Figures: counts of days, no patient.
    _rule("view_dashboards", "the dashboards, each with the views below",
          TECHNICIAN, READER, TRAINEE, ADMINISTRATOR, AUDITOR, ENTERED),
    _rule("view_clinical_dashboard", "figures of reading: turnaround, quality, agreement",
          TECHNICIAN, READER, TRAINEE, ADMINISTRATOR),
    _rule("view_compliance_dashboard", "figures of signing, access and alarms",
          ADMINISTRATOR, AUDITOR),
    _rule("view_engineering_dashboard", "figures of files, refusals and alarms",
          TECHNICIAN, ADMINISTRATOR, ENTERED),
    # The record.
    _rule("view_report_history", "states, versions, signatures; no text, no patient",
          ADMINISTRATOR, AUDITOR, ENTERED),
    _rule("view_record", "recordings and their copies in the admin", ADMINISTRATOR, ENTERED),
    _rule("view_audit_trail", "the audit trail", ADMINISTRATOR, AUDITOR, ENTERED),
    _rule("export_audit_trail", "the audit trail, as a signed file", ADMINISTRATOR, AUDITOR),
    _rule("view_audit_counts", "how many events there are of each day", ADMINISTRATOR, AUDITOR,
          ENTERED, SECURITY),
    _rule("view_entries", "access by platform staff", ADMINISTRATOR, AUDITOR, ENTERED),
    _rule("export_entries", "what platform staff looked at, as a file", ADMINISTRATOR, AUDITOR),
    _rule("end_entry", "a visit of platform staff: end it at once", ADMINISTRATOR),
    _rule("view_access_review", "who has access, and for how long unused",
          ADMINISTRATOR, AUDITOR, SECURITY),
    _rule("decide_access_review", "a member: kept or removed; the review signed off",
          ADMINISTRATOR, AUDITOR),
    # Work in progress.
    _rule("view_queue", "arrived files, stages, runs, deliveries in the admin",
          TECHNICIAN, ADMINISTRATOR, ENTERED),
    _rule("replay", "a row that was given up", TECHNICIAN, ADMINISTRATOR),
    _rule("release_files", "a held file, on one's own word", ADMINISTRATOR),
    _rule("download_originals", "files as they arrived, once they are scanned",
          TECHNICIAN, ADMINISTRATOR),
    _rule("resolve_identity", "questions of identity: whose ECG, which one",
          TECHNICIAN, ADMINISTRATOR),
    _rule("view_vendor_profiles", "vendor profiles, their trials, experimental formats",
          TECHNICIAN, ADMINISTRATOR, ENTERED),
    _rule("change_vendor_profiles", "vendor profiles: draft, try, live, retire; formats",
          ADMINISTRATOR),
    _rule("handle_alarms", "alarms: look after, resolve", TECHNICIAN, ADMINISTRATOR),
    _rule("view_alarms", "alarms in the admin", TECHNICIAN, *SET_UP, SUPPORT, SECURITY),
    _rule("view_queue_counts", "how many rows wait, by organization", OPERATOR, SUPPORT),
    # Money.
    _rule("view_charges", "charges, without patients", ADMINISTRATOR, BILLING, ENTERED),
    _rule("view_prices", "prices", BILLING, *SET_UP),
    _rule("change_prices", "prices to come", ADMINISTRATOR, BILLING),
    # Setting up.
    _rule("open_administration", "the administration's pages",
          TECHNICIAN, AUDITOR, BILLING, *SET_UP, SUPPORT, SECURITY),
    _rule("view_organization", "the organization and its settings", *SET_UP, SUPPORT, SECURITY),
    _rule("change_organization", "name, zone, authority", ADMINISTRATOR, OPERATOR),
    _rule("allow_emergency_entry", "whether support may enter without approval", ADMINISTRATOR),
    _rule("onboard_organization", "organizations: by form or file, the test ECG", OPERATOR),
    _rule("view_offboarding", "exports and offboardings of organizations", OPERATOR, SECURITY),
    _rule("ask_offboarding", "the end of an organization: ask", OPERATOR, SECURITY),
    _rule("approve_offboarding", "the end of an organization: approve, refuse",
          OPERATOR, SECURITY),
    _rule("view_sites", "sites", *SET_UP),
    _rule("change_sites", "sites", ADMINISTRATOR),
    _rule("view_people", "members and accounts", *SET_UP, SECURITY),
    _rule("change_people", "members: invite, role, end", ADMINISTRATOR),
    _rule("change_accounts", "accounts: name, active", ADMINISTRATOR, OPERATOR, SECURITY,
          SUPERUSER),
    _rule("send_password_links", "a link to a new password, to an account of here alone",
          ADMINISTRATOR),
    _rule("send_first_link", "the same to a first administrator, once", OPERATOR),
    _rule("view_keys", "data keys: which there are, never the keys", *SET_UP, SECURITY),
    _rule("view_destinations", "destinations", *SET_UP),
    _rule("change_destinations", "destinations", ADMINISTRATOR),
    _rule("view_inbound", "AE titles, DICOM peers, HL7 listeners", *SET_UP),
    _rule("change_inbound", "AE titles, DICOM peers, HL7 listeners", ADMINISTRATOR),
    _rule("view_processing", "how arriving files are processed", TECHNICIAN, *SET_UP),
    _rule("change_processing", "how arriving files are processed", ADMINISTRATOR),
    _rule("view_fetch_hosts", "hosts that submitted ECGs are fetched from", *SET_UP),
    _rule("change_fetch_hosts", "hosts that submitted ECGs are fetched from", ADMINISTRATOR),
    _rule("view_shares", "file shares, never the password", *SET_UP),
    _rule("change_shares", "file shares", ADMINISTRATOR),
    _rule("view_api_clients", "programs and their keys, never the keys", *SET_UP, SECURITY),
    _rule("change_api_clients", "programs and their keys: add, rotate, revoke", ADMINISTRATOR),
    _rule("view_limits", "how many requests a minute", *SET_UP, SUPPORT),
    _rule("change_limits", "how many requests a minute", OPERATOR),
    _rule("view_alarm_channels", "who is told of alarms, never the secret", *SET_UP),
    _rule("change_alarm_channels", "who is told of alarms", ADMINISTRATOR),
    _rule("view_escalation", "the escalation ladder, algorithms that raise critical results",
          *SET_UP),
    _rule("change_escalation", "the escalation ladder, algorithms that raise critical results",
          ADMINISTRATOR),
    _rule("view_own_statements", "statements the organization added to the library", *SET_UP),
    _rule("change_own_statements", "statements the organization added to the library",
          ADMINISTRATOR),
    _rule("view_storage", "where the bytes lie, never the secret", *SET_UP, SECURITY),
    _rule("change_storage", "a location: add, test, credential, move", OPERATOR),
    _rule("view_invitations", "who was asked to work here", ADMINISTRATOR, ENTERED),
    _rule("view_identity_providers", "single sign-on, never the secret", *SET_UP, SECURITY),
    _rule("change_identity_providers", "single sign-on", ADMINISTRATOR),
    _rule("confirm_domains", "that a mail domain is the organization's", OPERATOR, SECURITY),
    _rule("view_algorithms", "algorithms and their versions", *SET_UP),
    _rule("change_algorithms", "versions: on or off", ADMINISTRATOR),
    # The platform.
    _rule("view_platform_staff", "platform staff and their roles", SECURITY, SUPERUSER),
    _rule("change_platform_staff", "platform staff and their roles", SUPERUSER),
    _rule("ask_entry", "entry to an organization: ask, use", SUPPORT),
    _rule("view_platform_entries", "entries to every organization, PHI-free",
          OPERATOR, SUPPORT, SECURITY, SUPERUSER),
    _rule("approve_entry", "another person's entry: approve, refuse, review afterwards",
          OPERATOR, SECURITY),
    _rule("verify_audit", "the audit chain of every organization", SECURITY),
)  # fmt: skip

PERMISSIONS: dict[str, frozenset[str]] = {rule.action: rule.roles for rule in TABLE}
