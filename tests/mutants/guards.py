"""Which code guards a border, and the tests that should notice when a piece of it is gone."""

from __future__ import annotations

from tests.mutants.work import WORK

ISOLATION, ADMIN = "tests/isolation", "tests/admin"
ACCESS = f"{ISOLATION}/test_access.py"
ADMIN_ROUTES = f"{ISOLATION}/test_routes.py::test_the_admins_answer_is_the_tables"
PERMITTED = f"{ADMIN}/test_permissions.py"
DOORS = (PERMITTED, f"{ADMIN}/test_people.py", f"{ADMIN}/test_set_up.py", f"{ADMIN}/test_doors.py")
SCOPE = (f"{ISOLATION}/test_scope.py", f"{ISOLATION}/test_traps.py")
PERMISSIONS_OF = ("tests/tenants/test_permissions.py",)
PEOPLE = ("tests/tenants/test_people.py", "tests/web/test_door.py")
ASKER = "tests/tenants/test_access.py"
SIGN_ON = (
    "tests/sign_on/test_sign_in.py",
    "tests/sign_on/test_sessions.py",
    "tests/sign_on/test_saml_pages.py",
)
LEAVING = ("tests/offboarding/test_offboard.py", "tests/offboarding/test_pages.py")
PROFILES = (f"{ADMIN}/test_profiles.py",)
CASES = ("tests/ingestion/test_cases.py", "tests/web/test_cases.py")
DOCUMENTS = ("tests/ingestion/test_documents.py", "tests/ingestion/test_malware.py")
CERTIFICATES, SIGNED = ("tests/api/test_certificates.py",), ("tests/api/test_signatures.py",)
KEPT_OUT = ("tests/canary/test_kept_out.py",)
SENT_IN = "tests/canary/test_paths.py::test_the_http_doors_are_called_as_their_senders_do"
DESTINATIONS = (f"{ADMIN}/test_destinations.py", "tests/onboarding/test_destination_tls.py")
IN_THE_CLEAR = ("tests/dicom_network/test_command.py", f"{ADMIN}/test_network_pages.py")
OVER_TLS = ("tests/integrations/test_mllp_tls.py",)
HL7_DOOR = tuple(
    f"tests/hl7_listeners/test_{name}.py" for name in ("senders", "connections", "tls")
)
CANARIES = (*KEPT_OUT, SENT_IN, "tests/canary/test_flight.py")

# Module → the functions in it that guard (a beginning of the full name), and the tests.
GUARDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = WORK | {
    "apps.core.scope": (("required", "organization_scope", "_pin"), SCOPE),
    "apps.core.client_certificate": (("_is_from_proxy",), CERTIFICATES),
    "apps.core.revocation": (
        ("is_revoked", "_has_signed", "_may_sign_lists", "_understood", "_has_issued"),
        ("tests/core/test_revocation.py",),
    ),
    "apps.tenants.certificates": (("fault_of",), CERTIFICATES),
    "apps.ingestion.signed": (("check_signature",), SIGNED),
    "apps.integrations.api.signatures": (("_check", "_fault"), SIGNED),
    "apps.core.fields": (("ScopedManager",), (f"{ISOLATION}/test_no_context.py",)),
    "apps.core.postgres.base": (("DatabaseWrapper._start",), SCOPE),
    "apps.tenants.access": (
        (
            "Active.may",
            "OnPlatform.may",
            "active_organization",
            "_entered",
            "activate",
            "platform_role_of",
        ),
        (ASKER, *PEOPLE, *PERMISSIONS_OF, f"{ADMIN}/test_entry.py", f"{ADMIN}/test_doors.py"),
    ),
    "apps.tenants.entries": (
        ("ask", "_asked", "approve", "refuse", "_decide", "_is_usable", "use", "hold", "review"),
        ("tests/tenants/test_entries.py", f"{ADMIN}/test_entry.py"),
    ),
    "apps.tenants.entry_queries": (
        ("",),
        (
            ACCESS,
            f"{ISOLATION}/test_routes.py::test_the_answer_is_the_tables[GET platform-entries]",
            f"{ADMIN}/test_entry.py",
            f"{ADMIN}/test_visits.py",
        ),
    ),
    "apps.tenants.queries": (
        ("permit", "sites", "get_", "choices_for", "place_of"),
        (ACCESS, *PEOPLE),
    ),
    "apps.ecg.queries": (("",), (ACCESS,)),
    "apps.inference.queries": (("",), (ACCESS,)),
    "apps.ingestion.queries": (("",), (ACCESS, *DOCUMENTS)),
    "apps.ingestion.case_queries": (("",), (ACCESS,)),
    "apps.ingestion.cases": (("carry_out", "_locked", "_check"), CASES),
    "apps.ingestion.actions": (
        ("check_may_submit", "_enter", "_asked"),
        ("tests/ingestion/test_who_may_submit.py", "tests/ingestion/test_accept.py", *CANARIES),
    ),
    "apps.ingestion.jobs": (("_accept_format",), ("tests/ingestion/test_experimental.py",)),
    "apps.ingestion.profiles": (
        ("live_profiles", "standing", "put_live", "retire", "new_version"),
        PROFILES,
    ),
    "apps.ingestion.admin_profiles": (
        ("VendorProfileAdmin.has_", "VendorProfileAdmin._own"),
        PROFILES,
    ),
    "apps.ecg.model_recording": (("CareManager",), KEPT_OUT),
    "apps.integrations.admin_forms": (("DestinationForm._check",), DESTINATIONS),
    "apps.integrations.transport": (("tls_of",), DESTINATIONS),
    "apps.integrations.destinations.mllp.certificates": (("tidy_", "_parsed"), DESTINATIONS),
    "apps.integrations.destinations.mllp.tls": (("context_of",), OVER_TLS),
    "apps.ingestion.dicom.listener": (("check_private",), IN_THE_CLEAR),
    "apps.ingestion.dicom.report": (("_refuse_clear",), IN_THE_CLEAR),
    "apps.tenants.inbound": (("may_speak_plainly",), IN_THE_CLEAR),
    "apps.tenants.admin_inbound": (("PeerForm.clean_uses_tls",), IN_THE_CLEAR),
    "apps.integrations.mllp.senders": (("admit", "_fault"), HL7_DOOR),
    "apps.integrations.mllp.listeners": (("Listeners._fault", "Listeners._try"), HL7_DOOR),
    "apps.tenants.storage_rules": (("unnamed",), ("tests/storage/test_locations.py",)),
    "apps.tenants.access_programs": (("programs",), (f"{ADMIN}/test_program_review.py",)),
    "apps.integrations.queries": (("",), (ACCESS,)),
    "apps.reports.queries": (("",), (ACCESS,)),
    "apps.tenants.clients": (
        ("recognise", "Caller.may", "revoke_"),
        ("tests/api/test_door.py", "tests/tenants/test_organization_types.py"),
    ),
    "apps.integrations.api.queries": (
        ("admit", "get_"),
        ("tests/isolation/test_api_access.py", *KEPT_OUT),
    ),
    "apps.integrations.api.middleware": (
        ("ApiDoor", "shown_key", "refuse"),
        ("tests/api/test_door.py", "tests/web/test_limits.py"),
    ),
    "apps.tenants.admin_api": (
        ("ApiClientAdmin.has_", "ApiClientAdmin._living", "ApiKeyAdmin.has_"),
        (f"{ADMIN}/test_api_clients.py",),
    ),
    "apps.tenants.sign_on.accounts": (
        ("use_answer", "identity_of", "_may_come", "_is_ord", "_first_time", "_vouches", "_join"),
        SIGN_ON,
    ),
    "apps.web.sign_on": (("scope_of", "take_asked", "end_if_over", "BoundSession"), SIGN_ON),
    "apps.web.second_factor": (
        ("SecondFactor", "lacks_factor"),
        ("tests/web/test_second_factor.py",),
    ),
    "apps.web.offboarding.departure": (
        ("ask", "approve", "refuse", "_turn_down", "carry_out", "_prove", "permit"),
        LEAVING,
    ),
    "apps.web.offboarding.overview": (("overview", "get_"), LEAVING),
    "apps.web.offboarding.doors": (("close_doors",), LEAVING),
    "apps.web.views.onboarding": (
        ("_permit", "_get", "onboarding", "file", "canary"),
        ("tests/onboarding/test_admin_page.py", "tests/onboarding/test_doors.py"),
    ),
    "apps.web.views.access_review": (
        ("_organization", "_platform", "decided"),
        (f"{ADMIN}/test_access_review.py",),
    ),
    "apps.web.trail": (
        ("get_", "_get", "patients", "people", "trail"),
        ("tests/web/test_trail.py", ACCESS),
    ),
    "apps.web.guard": (
        ("in_organization",),
        ("tests/web/test_pages.py", "tests/web/test_door.py"),
    ),
    "apps.web.views.upload": (("upload", "files", "_files"), ("tests/web/test_upload.py",)),
    "apps.web.views.upload_sessions": (("begin",), ("tests/web/test_upload_sessions.py",)),
    "apps.web.views.entry": (("enter", "listed", "leave"), (f"{ADMIN}/test_entry.py",)),
    "apps.web.entry": (("organization_named",), (f"{ADMIN}/test_entry.py",)),
    "apps.web.admin_site": (("PlatformAdminSite.has_perm", "PlatformAdminSite.admin_view"), DOORS),
    "apps.audit.admin_base": (
        ("inside", "on_platform", "PlatformModelAdmin.has_", "PlatformModelAdmin.get_queryset"),
        (*DOORS, f"{ADMIN}/test_work.py"),
    ),
    "apps.audit.admin_queue": (
        ("QueueAdmin.has_", "QueueAdmin.replay"),
        (PERMITTED, f"{ADMIN}/test_work.py"),
    ),
    "apps.tenants.admin": (("OrganizationAdmin.has_", "OrganizationAdmin.get_q"), DOORS),
    "apps.tenants.admin_people": (
        (
            "MembershipAdmin.has_",
            "belongs",
            "UserAdmin.get_q",
            "UserAdmin.has_",
            "UserAdmin._may",
            "UserAdmin.password_view",
        ),
        (*DOORS, f"{ADMIN_ROUTES}[tenants.user]"),
    ),
}
# Beginnings of edits that open nothing, each with why.
REDUNDANT = {
    "core.scope._pin_open_transactions not connection.in_atomic_block or "
    "connection.needs_rollback part 2": "the server's own status is asked as well",
    "ecg.queries.get_recording_to_view Recording.objects.filter": "picked by key below: for speed",
    "ecg.queries.get_recording_to_view PatientIdentifier": "picked by key below: for speed",
    "tenants.clients.recognise if not key.startswith": "what is no key has no row: for speed",
    "tenants.entries.hold row.last_seen_at or row.entered_at part 2": "going in is being seen",
    "tenants.sign_on.accounts._first_time if not _may_come": "identity_of asks again",
    "tenants.entry_queries._events": "each event names its entry; the times are for speed",
    "web.views.audit.trail": "what it reads asks again",
    "web.views.escalation.rota permit": "what it reads asks again",
    "web.views.search.save_view permit": "what it reads asks again",
    "web.views.search.search permit": "what it reads asks again",
    "web.views.worklist.worklist_find": "what it reads asks again",
    "web.entry.organization_named": "the reserved organization is never live either",
}
# In these, a filter picks rows of one's own organization: which ones is the feature, not a border.
ONLY_NAMED = (
    "apps.ecg.queries",
    "apps.ingestion.queries",
    "apps.ingestion.case_queries",
    "apps.web.trail",
    "apps.reports.queries",
    "apps.inference.queries",
    "apps.integrations.queries",
    "apps.integrations.api.queries",
)
