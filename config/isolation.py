"""What the isolation of organizations allows, by name; whatever is not here is at fault."""

from apps.core.rls import ALL, APPEND, KEEP

ORGANIZATIONS = "tenants_organization"
USERS = "tenants_user"

# The role each alias must work as.
ROLES = {"default": "ecg_app", "dispatch": "ecg_dispatch", "platform": "ecg_platform"}

# Tables of no organization: read before a scope exists, or without patient data.
READ_ONLY_TABLES = {
    "auth_permission",
    "django_admin_log",
    "django_content_type",
    "django_migrations",
}
SHARED_TABLES = READ_ONLY_TABLES | {
    "auth_group",
    "auth_group_permissions",
    "django_q_ormq",
    "django_q_schedule",
    "django_q_task",
    "django_session",
    USERS,
    "tenants_user_groups",
    "tenants_user_user_permissions",
}
SHARED_POWERS = ALL

# Rows that no role changes or removes, and rows that the application only adds.
WRITTEN_ONCE_TABLES = {
    "audit_auditevent",
    "billing_charge",
    "reports_reportversion",
    "reports_signature",
}
ADDED_TABLES = WRITTEN_ONCE_TABLES | {
    "ecg_analysis",
    "ecg_finding",
    "ecg_measurement",
    "ecg_waveform",
    "ingestion_recordingarrival",
}

# Single columns of added rows that may be written again: the same content under a newer key.
WRITTEN_AGAIN = {("ecg_waveform", "sealed")}

# Rows that end with their minute, and that the application removes.
PASSING_TABLES = {"tenants_ratecounter"}

# What onboarding writes, with the platform role's powers; a clinical table is never among them.
CONFIGURATION_TABLES = {
    "billing_price": KEEP,
    "inference_algorithm": KEEP,
    "inference_algorithmversion": KEEP,
    "integrations_destination": KEEP,
    "tenants_datakey": "SELECT",
    "tenants_membership": KEEP,
    ORGANIZATIONS: KEEP,
    "tenants_apiclient": "SELECT",
    "tenants_apikey": "SELECT",
    "tenants_ratelimit": "SELECT",
    "tenants_site": KEEP,
}
LOOKUP_TABLES = {ORGANIZATIONS, "tenants_apiclient", "tenants_apikey", "tenants_membership"}

# Unique without the organization: what is looked up before one is known.
LOOKUP_KEYS = {(ORGANIZATIONS, "slug"), ("tenants_apikey", "key_hash")}

# Functions that see every organization: arguments and result; a queue's floor is added for each.
LOOKUP_FUNCTIONS = {
    "client_by_key_hash": (
        "wanted text",
        "TABLE(organization_id bigint, client_id bigint, client_name uuid, key_id bigint,"
        " scopes text, used_on date)",
    ),
    "memberships_of": ("person bigint", "TABLE(organization_id bigint, role text)"),
    "organization_by_slug": ("wanted text", "bigint"),
    "organization_ids": ("", "SETOF bigint"),
}
FLOOR = ("l smallint", "bigint")

# Where rows name stored bytes: table, column, and the kind the bytes are kept under.
STORED = (
    ("ingestion_ingress", "sha256", "raw"),
    ("ecg_recording", "original_sha256", "raw"),
    ("reports_reportversion", "pdf_sha256", "pdf"),
    ("integrations_delivery", "message_sha256", "hl7"),
)

# Proofs of apps above: what is counted, and the function that looks.
FURTHER_PROOFS = (("operations", "apps.integrations.api.proofs.operations_ask_for_a_scope"),)


def application_powers(table: str) -> str:
    """What the application's role may do with a table of organizations' rows."""
    if table == ORGANIZATIONS:
        return "SELECT, UPDATE"
    if table in PASSING_TABLES:
        return ALL
    return APPEND if table in ADDED_TABLES else KEEP
