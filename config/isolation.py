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
# Of allauth and axes: read before a scope exists, of persons, without patient data.
SIGN_IN_TABLES = {
    "account_emailaddress",
    "account_emailconfirmation",
    "axes_accessattempt",
    "axes_accessattemptexpiration",
    "axes_accessfailurelog",
    "axes_accesslog",
    "mfa_authenticator",
    "socialaccount_socialaccount",
    "socialaccount_socialapp",
    "socialaccount_socialtoken",
    "usersessions_usersession",
    "web_cache",
}
SHARED_TABLES = (
    READ_ONLY_TABLES
    | SIGN_IN_TABLES
    | {
        "auth_group",
        "auth_group_permissions",
        "django_q_ormq",
        "django_q_schedule",
        "django_q_task",
        "django_session",
        "tenants_platformrole",
        USERS,
        "tenants_user_groups",
        "tenants_user_user_permissions",
    }
)
SHARED_POWERS = ALL

# Rows that no role changes or removes, and rows that the application only adds.
WRITTEN_ONCE_TABLES = {
    "audit_auditevent",
    "billing_charge",
    "reports_escalation",
    "reports_impression",
    "reports_keptdraft",
    "reports_reportversion",
    "reports_signature",
    "reports_statementdecision",
}
# Rows that are fixed once they are live, and the trigger's function that sees to it.
FIXED_TABLES = {
    "ecg_readermeasurement": "refuse_measurement_change",
    "ingestion_vendorprofile": "refuse_profile_change",
    "reports_report": "refuse_report_change",
}
# Tables whose rows another table follows, and the triggers' function that writes there.
FOLLOWED_TABLES = {"reports_report": "report_terms_follow"}
ADDED_TABLES = WRITTEN_ONCE_TABLES | {
    "ecg_analysis",
    "ecg_finding",
    "ecg_measurement",
    "ecg_waveform",
    "ingestion_dicomobject",
    "ingestion_ordermessage",
    "ingestion_recordingarrival",
}

# Single columns of added rows that may be written again: the same content under a newer key.
WRITTEN_AGAIN = {("ecg_waveform", "sealed")}

# Rows that end with their minute, their hour, what they were made from or by an administrator, and
# are removed then.
PASSING_TABLES = {
    "ingestion_uploadpart",
    "integrations_requestnonce",
    "reports_searchterm",
    "tenants_externalidentity",
    "tenants_ratecounter",
    "tenants_signonanswer",
}

# What onboarding writes and staff may count, with the platform role's powers; a clinical table is
# never among them.
CONFIGURATION_TABLES = {
    "audit_auditcount": "SELECT",
    "audit_alarm": "SELECT",
    "billing_price": KEEP,
    "inference_algorithm": KEEP,
    "inference_algorithmversion": KEEP,
    "integrations_alarmchannel": "SELECT",
    "ingestion_processingrules": "SELECT",
    "ingestion_sharesource": "SELECT",
    "integrations_destination": KEEP,
    "integrations_fetchhost": "SELECT",
    "reports_algorithmalert": "SELECT",
    "reports_escalationstep": "SELECT",
    "reports_oncalllist": "SELECT",
    "reports_ownstatement": "SELECT",
    "tenants_applicationentity": "SELECT",
    "tenants_datakey": "SELECT",
    "tenants_dicompeer": "SELECT",
    "tenants_hl7listener": "SELECT",
    "tenants_identitydomain": "SELECT",
    "tenants_identityprovider": "SELECT",
    "tenants_emergencyaccess": KEEP,
    "tenants_membership": KEEP,
    ORGANIZATIONS: KEEP,
    "tenants_apiclient": "SELECT",
    "tenants_apikey": "SELECT",
    "tenants_clientcertificate": "SELECT",
    "tenants_signingkey": "SELECT",
    "tenants_ratelimit": "SELECT",
    "tenants_site": KEEP,
    "tenants_offboarding": "SELECT",
    "tenants_organizationexport": "SELECT",
    "tenants_storagelocation": "SELECT",
    "tenants_storagemove": "SELECT",
}
LOOKUP_TABLES = {
    ORGANIZATIONS,
    "tenants_apiclient",
    "tenants_apikey",
    "tenants_externalidentity",
    "tenants_applicationentity",
    "tenants_hl7listener",
    "tenants_identitydomain",
    "tenants_identityprovider",
    "tenants_membership",
    "tenants_site",
}

# Unique without the organization: what is looked up before one is known.
LOOKUP_KEYS = {
    (ORGANIZATIONS, "slug"),
    ("tenants_apikey", "key_hash"),
    ("tenants_applicationentity", "title"),
    ("tenants_hl7listener", "port"),
}

# Functions that see every organization: arguments and result; a queue's floor is added for each.
LOOKUP_FUNCTIONS = {
    "client_by_key_hash": (
        "wanted text",
        "TABLE(organization_id bigint, client_id bigint, client_name uuid, key_id bigint,"
        " scopes text, used_on date, needs_signature boolean, needs_certificate boolean)",
    ),
    "governed_by_sign_on": ("person bigint", "boolean"),
    "identity_provider_of_domain": (
        "wanted text",
        "TABLE(organization_id bigint, provider uuid)",
    ),
    "memberships_of": ("person bigint", "TABLE(organization_id bigint, role text)"),
    "organization_by_ae_title": ("wanted text", "bigint"),
    "organization_by_listener": ("wanted integer", "bigint"),
    "organization_by_slug": ("wanted text", "bigint"),
    "organization_of_identity_provider": ("wanted uuid", "bigint"),
    "organization_ids": ("", "SETOF bigint"),
    "organization_type": ("wanted bigint", "text"),
    "second_factor_required": ("wanted bigint", "boolean"),
    "standing_of": (
        "person bigint, via uuid, named text",
        "TABLE(organization_id bigint, role text, type text, needs_factor boolean,"
        " is_open boolean)",
    ),
    "words_around": ("person bigint", "SETOF text"),
}
FLOOR = ("l smallint", "bigint")

# Where rows name stored bytes: table, column, and the kind the bytes are kept under.
STORED = (
    ("ingestion_ingress", "sha256", "raw"),
    ("ecg_recording", "original_sha256", "raw"),
    ("ingestion_profilesample", "sha256", "raw"),
    ("reports_reportversion", "pdf_sha256", "pdf"),
    ("reports_reportversion", "form_sha256", "pdf"),
    ("integrations_delivery", "message_sha256", "hl7"),
    ("ingestion_ordermessage", "sha256", "hl7"),
    ("tenants_importedtrail", "sha256", "trail"),
)

# Where a row also says how long its bytes are.
STORED_SIZES = {"ingestion_ingress": "size"}

# How each command takes its organization: `one` must be named by --organization, `each` loops over
# them, one scope after another, `given` follows its own input, `none` touches no rows.
COMMANDS = {
    "anchor_audit": "each",
    "decode": "none",
    "export_audit": "one",
    "export_organization": "given",
    "import_organization": "given",
    "index_search": "each",
    "ingest": "one",
    "measure": "none",
    "move_storage": "one",
    "offboard": "given",
    "onboard": "given",
    "permissions": "none",
    "rotate_keys": "each",
    "seed_demo": "given",
    "send_canary": "one",
    "serve_dicom": "given",
    "serve_hl7": "each",
    "shred_keys": "one",
    "sweep": "each",
    "sync_smb": "each",
    "verify_audit": "each",
    "verify_isolation": "each",
    "verify_storage": "each",
    "workers": "each",
}

# What the queue may call. A task carries nothing: its rows are of no organization.
TASKS = {"apps.core.drain.drain"}

# Caches are shared by all organizations: where they may be kept, how their keys begin, of what.
CACHES = {
    ("django.core.cache.backends.db.DatabaseCache", "web_cache"),
    ("django.core.cache.backends.dummy.DummyCache", ""),
}
CACHE_KEYS = {
    "allauth.mfa.totp.used?": "that a person's code was used",
    "allauth:rl:": "when attempts were made, by a hash",
    "tenants.code:": "that a code was used, by a keyed hash",
}
# Besides numbers.
CACHED_WORDS = {"y"}

# Proofs of apps above: what is counted, and the function that looks.
FURTHER_PROOFS = (("operations", "apps.integrations.api.proofs.operations_ask_for_a_scope"),)


def application_powers(table: str) -> str:
    """What the application's role may do with a table of organizations' rows."""
    if table == ORGANIZATIONS:
        return "SELECT, UPDATE"
    if table in PASSING_TABLES:
        return ALL
    return APPEND if table in ADDED_TABLES else KEEP
