"""The guards of the work itself: what may be done to a report, a file, a list, and by whom."""

from __future__ import annotations

ACCESS = "tests/isolation/test_access.py"
LIFECYCLE = "tests/reports/test_lifecycle_table.py"
AFTERWARDS = "tests/web/test_signed_afterwards.py"
SIGNING = (
    "tests/reports/test_draft.py",
    "tests/reports/test_sign.py",
    "tests/reports/test_sign_amend.py",
    AFTERWARDS,
    LIFECYCLE,
)
RETRACTIONS = ("tests/reports/test_retractions.py", AFTERWARDS, LIFECYCLE)
ADDENDA = ("tests/reports/test_addenda.py", AFTERWARDS, LIFECYCLE, ACCESS)
LOCKING = ("tests/reports/test_locking.py", LIFECYCLE)
RETURNS = ("tests/reports/test_returns.py", LIFECYCLE)
CRITICALS = ("tests/reports/test_criticals.py", "tests/web/test_critical.py")
ON_CALL = (
    "tests/reports/test_escalation.py",
    "tests/reports/test_cover.py",
    "tests/web/test_escalation.py",
)
LIBRARY = ("tests/reports/test_own_library.py", ACCESS)
FIGURES = ("tests/reports/test_figures.py", "tests/web/test_dashboards.py")
READING_FIRST = ("tests/web/test_reading_first.py", "tests/reports/test_reading_first.py")
UPLOADS = ("tests/uploads/test_uploads.py", "tests/web/test_upload_sessions.py")
SUBMISSIONS = ("tests/api/test_submissions.py", "tests/api/test_senders.py")
SEARCH = ("tests/search/test_page.py", "tests/search/test_index.py", ACCESS)

WORK: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "apps.reports.lifecycle": (("allows",), (LIFECYCLE,)),
    "apps.reports.actions": (("save_draft", "submit_", "sign_", "begin_amendment"), SIGNING),
    "apps.reports.proving": (("Proof", "meaning_among"), SIGNING),
    "apps.reports.retractions": (
        ("ask_", "approve_", "_open", "open_retraction"),
        RETRACTIONS,
    ),
    "apps.reports.addenda": (
        ("write_", "unsigned_", "addenda_of", "get_", "_of_author", "sign_"),
        ADDENDA,
    ),
    "apps.reports.locking": (("lock_acknowledged", "_lock", "unlock_"), LOCKING),
    "apps.reports.returns": (("return_", "reopen_"), RETURNS),
    "apps.reports.criticals": (("get_", "acknowledge", "raise_critical"), (ACCESS, *CRITICALS)),
    "apps.reports.on_call": (("get_", "hand_over", "members", "_member"), (ACCESS, *ON_CALL)),
    "apps.reports.own_library": (("templates_for", "get_", "_template"), LIBRARY),
    "apps.reports.figures.queries": (("views_of", "permit_view"), FIGURES),
    "apps.reports.reading_first": (("hidden_", "record_impression"), READING_FIRST),
    "apps.reports.counts": (
        ("_open_",),
        ("tests/web/test_roles.py", "tests/reports/test_counts.py"),
    ),
    "apps.reports.search.listing": (("matching", "search"), SEARCH),
    "apps.ingestion.mismatches": (
        ("get_", "_rows"),
        (ACCESS, "tests/ingestion/test_mismatches.py"),
    ),
    "apps.ingestion.upload_queries": (("",), (ACCESS, *UPLOADS, "tests/api/test_uploads.py")),
    "apps.ingestion.upload_actions": (
        (
            "begin_",
            "_write",
            "_announced",
            "part_",
            "_note",
            "complete_",
            "_put",
            "_accept",
            "_che",
        ),
        (*UPLOADS, "tests/api/test_uploads.py"),
    ),
    "apps.ingestion.upload_ends": (("abort_", "_end"), UPLOADS),
    "apps.integrations.submissions.sender": (("check_", "_check", "use_up"), SUBMISSIONS[1:]),
    "apps.integrations.submissions.submit": (("submit", "_taken", "_enter"), SUBMISSIONS),
    "apps.integrations.submissions.asked": (("check", "difference"), SUBMISSIONS),
}
