"""Rows of the table of routes: the admin, model by model, and its tools for one row."""

from __future__ import annotations

from tests.isolation import escalation_admin, network_routes, order_admin, proof_routes
from tests.isolation.routes import ORGANIZATION_ROLES, PLATFORM_ROLES, Route, administered, who

# Of every model in the admin: who sees its rows.
VIEWED = (
    {
        "audit.alarm": "view_alarms",
        "audit.auditcount": "view_audit_counts",
        "audit.auditevent": "view_audit_trail",
        "billing.charge": "view_charges",
        "billing.price": "view_prices",
        "ecg.recording": "view_record",
        "ecg.stagerun": "view_queue",
        "inference.algorithm": "view_algorithms",
        "inference.algorithmversion": "view_algorithms",
        "inference.inferencerun": "view_queue",
        "ingestion.experimentalformat": "view_vendor_profiles",
        "ingestion.ingress": "view_queue",
        "ingestion.processingrules": "view_processing",
        "ingestion.profilesample": "view_queue",
        "ingestion.recordingarrival": "view_record",
        "ingestion.sharefile": "view_queue",
        "ingestion.sharesource": "view_shares",
        "ingestion.vendorprofile": "view_vendor_profiles",
        "integrations.alarmchannel": "view_alarm_channels",
        "integrations.alarmnotice": "view_queue",
        "integrations.delivery": "view_queue",
        "integrations.destination": "view_destinations",
        "reports.report": "view_report_history",
        "reports.reportversion": "view_report_history",
        "reports.signature": "view_report_history",
        "reports.retraction": "view_report_history",
        "tenants.apiclient": "view_api_clients",
        "tenants.apikey": "view_api_clients",
        "tenants.applicationentity": "view_inbound",
        "tenants.datakey": "view_keys",
        "tenants.hl7listener": "view_inbound",
        "tenants.identityprovider": "view_identity_providers",
        "tenants.invitation": "view_invitations",
        "tenants.membership": "view_people",
        "tenants.organization": "view_organization",
        "tenants.platformrole": "view_platform_staff",
        "tenants.ratelimit": "view_limits",
        "tenants.site": "view_sites",
        "tenants.storagelocation": "view_storage",
        "tenants.storagemove": "view_storage",
        "tenants.user": "view_people",
    }
    | network_routes.VIEWED
    | order_admin.VIEWED
    | proof_routes.VIEWED
    | escalation_admin.VIEWED
)
ADDED = (
    {
        "billing.price": "change_prices",
        "ingestion.sharesource": "change_shares",
        "ingestion.experimentalformat": "change_vendor_profiles",
        "ingestion.vendorprofile": "change_vendor_profiles",
        "integrations.alarmchannel": "change_alarm_channels",
        "integrations.destination": "change_destinations",
        "tenants.apiclient": "change_api_clients",
        "tenants.applicationentity": "change_inbound",
        "tenants.hl7listener": "change_inbound",
        "tenants.identityprovider": "change_identity_providers",
        "tenants.invitation": "change_people",
        "tenants.organization": "onboard_organization",
        "tenants.platformrole": "change_platform_staff",
        "tenants.ratelimit": "change_limits",
        "tenants.storagelocation": "change_storage",
        "tenants.site": "change_sites",
    }
    | network_routes.ADDED
    | proof_routes.ADDED
    | escalation_admin.ADDED
)
# An empty form: refused with its errors, or taken where every field may be empty.
CHANGED = (
    {
        "billing.price": ("change_prices", 200),
        "inference.algorithmversion": ("change_algorithms", 302),
        "ingestion.processingrules": ("change_processing", 200),
        "ingestion.sharesource": ("change_shares", 200),
        "ingestion.experimentalformat": ("change_vendor_profiles", 200),
        "ingestion.vendorprofile": ("change_vendor_profiles", 200),
        "integrations.alarmchannel": ("change_alarm_channels", 200),
        "integrations.destination": ("change_destinations", 200),
        "tenants.apiclient": ("change_api_clients", 200),
        "tenants.applicationentity": ("change_inbound", 200),
        "tenants.hl7listener": ("change_inbound", 200),
        "tenants.identityprovider": ("change_identity_providers", 200),
        "tenants.membership": ("change_people", 200),
        "tenants.organization": ("change_organization", 200),
        "tenants.platformrole": ("change_platform_staff", 200),
        "tenants.site": ("change_sites", 200),
        "tenants.user": ("change_accounts", 200),
    }
    | network_routes.CHANGED
    | escalation_admin.CHANGED
)
ANYWHERE = (*ORGANIZATION_ROLES, *PLATFORM_ROLES)


def tool(label: str, name: str, *roles: str, post: int = 302) -> list[Route]:
    """A page of the admin that does one thing to one row."""
    address = f"admin:{label.replace('.', '_')}_{name}"
    shown, done = administered(200, *roles), administered(post, *roles)
    return [Route(address, "GET", shown, label), Route(address, "POST", done, label)]


ADMINISTER = who("change_people", ORGANIZATION_ROLES)
ACCOUNTS = (*ADMINISTER, *who("change_accounts", PLATFORM_ROLES))
PROGRAMS = who("change_api_clients", ORGANIZATION_ROLES)

# Whoever is not locked out, linked or without the second factor is offered nothing against it.
TOOLS: list[Route] = [
    *tool("tenants.user", "end_sessions", *ACCOUNTS),
    *tool("tenants.user", "leave", *ACCOUNTS),
    *tool("tenants.user", "link", *who("send_password_links", ORGANIZATION_ROLES)),
    *tool("tenants.user", "unlock"),
    *tool("tenants.user", "anew"),
    *tool("tenants.user", "unlink"),
    *tool("tenants.invitation", "send", *ADMINISTER),
    *tool("tenants.invitation", "withdraw", *ADMINISTER),
    *tool("tenants.identityprovider", "confirm", *who("confirm_domains", PLATFORM_ROLES)),
    *tool("tenants.apiclient", "revoke", *PROGRAMS),
    *tool("tenants.apiclient", "rotate", *PROGRAMS, post=200),
    Route("admin:tenants_invitation_import", "GET", administered(200, *ADMINISTER)),
    Route("admin:tenants_invitation_import", "POST", administered(200, *ADMINISTER)),
]


def admin_routes(label: str) -> list[Route]:
    """The rows of one model of the admin."""
    name = f"admin:{label.replace('.', '_')}"
    seen = administered(200, *who(VIEWED[label], ANYWHERE))
    added = administered(200, *(who(ADDED[label], ANYWHERE) if label in ADDED else ()))
    action, status = CHANGED.get(label, ("", 403))
    changed = administered(status, *(who(action, ANYWHERE) if action else ()))
    trail = {*who("view_audit_trail", ORGANIZATION_ROLES)} & {*who(VIEWED[label], ANYWHERE)}
    history, never = administered(200, *trail), administered(403)
    return [
        Route(f"{name}_changelist", "GET", seen),
        Route(f"{name}_changelist", "POST", seen),
        Route(f"{name}_add", "GET", added),
        Route(f"{name}_add", "POST", added),
        Route(f"{name}_change", "GET", seen, label),
        Route(f"{name}_change", "POST", changed, label),
        Route(f"{name}_delete", "GET", never, label),
        Route(f"{name}_delete", "POST", never, label),
        Route(f"{name}_history", "GET", history, label),
        Route(f"{name}_history", "POST", history, label),
    ]
