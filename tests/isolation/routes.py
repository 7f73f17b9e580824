"""Every route, every method, every role: the status each must answer with.

`own` is asked with ids of the asker's organization. With another organization's id and with an id
that exists nowhere the answer is the same page: 404, or as in `own` where the role or the method
is refused before anything is looked up. A stranger is a reader of another organization; platform
staff are in none, and the pages they have answer alike for every organization.

Each row is written down by hand; whether a role may do its action is asked of the one table of
permissions, which tests/tenants/test_permissions.py holds against a list of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from apps.tenants.permissions import PERMISSIONS

ORGANIZATION_ROLES = (
    "technician", "reader", "trainee", "administrator", "researcher", "labeler", "auditor",
    "billing", "entered",
)  # fmt: skip
PLATFORM_ROLES = ("operator", "support", "security", "superuser")
# `unassigned` is platform staff without a role.
ROLES = ("anonymous", *ORGANIZATION_ROLES, *PLATFORM_ROLES, "unassigned")
FIRST_FOUR = ("anonymous", "technician", "reader", "administrator")
WHERE_LOOKED_UP = {200, 201, 204, 302, 400, 409}

Statuses = dict[str, int]


class Away(int):
    """A status for being sent away before anything is looked up."""


@dataclass(frozen=True)
class Route:
    """One row: the name, the method, the own statuses, where the id goes and whose it is.

    A row that gives four statuses only says nothing of the other roles, which a test refuses.
    """

    name: str
    method: str
    own: Statuses | tuple[int, int, int, int]
    kind: str = ""
    place: str = "path"
    data: dict[str, str] = field(default_factory=dict)
    elsewhere: int = 404

    def __str__(self) -> str:
        return f"{self.method} {self.name}" + (f" {self.place}" if self.place != "path" else "")

    @property
    def statuses(self) -> Statuses:
        if isinstance(self.own, dict):
            return self.own
        return dict(zip(FIRST_FOUR, self.own, strict=True))

    def expected(self, role: str, *, own: bool) -> int:
        return self._status(role) if own or not self.looks_up(role) else self.elsewhere

    def looks_up(self, role: str) -> bool:
        """Whether the id is looked at, or the role or the method refused before."""
        return bool(self.kind) and self.looks(role)

    def looks(self, role: str) -> bool:
        """Whether the role comes so far that anything is looked at."""
        status = self._status(role)
        away = role == "anonymous" or isinstance(status, Away)
        return not away and status in WHERE_LOOKED_UP

    def _status(self, role: str) -> int:
        return self.statuses["reader" if role == "stranger" else role]


def everyone(status: int, **others: int) -> Statuses:
    return dict.fromkeys(ROLES, status) | others


def inside(action: str, ok: int = 200, refused: int = 403) -> Statuses:
    """A page of an organization: who is in none is sent to sign in, or to choose one."""
    away = dict.fromkeys(ORGANIZATION_ROLES, Away(refused))
    return everyone(Away(302)) | away | dict.fromkeys(who(action, ORGANIZATION_ROLES), ok)


def administered(ok: int, *roles: str, refused: int = 403) -> Statuses:
    """A page of the administration: strangers sign in, other roles are refused at its door."""
    door = {role: refused for role in ROLES if role in PERMISSIONS["open_administration"]}
    return everyone(403, anonymous=302) | door | dict.fromkeys(roles, ok)


def who(action: str, among: tuple[str, ...]) -> list[str]:
    return [role for role in among if role in PERMISSIONS[action]]


def of_organization(action: str, ok: int = 200) -> Statuses:
    return administered(ok, *who(action, ORGANIZATION_ROLES))


def of_platform(action: str, ok: int = 200) -> Statuses:
    return administered(ok, *who(action, PLATFORM_ROLES))


def both(name: str, get: Statuses | tuple[int, int, int, int], kind: str = "") -> list[Route]:
    """A page to read: every other method is refused."""
    return [Route(name, "GET", get, kind), Route(name, "POST", NO_GET, kind)]


def read_in_administration(name: str, get: Statuses, kind: str = "") -> list[Route]:
    return [Route(name, "GET", get, kind), Route(name, "POST", WRONG_METHOD, kind)]


def done_in_administration(
    name: str, post: Statuses, kind: str = "", data: dict[str, str] | None = None
) -> list[Route]:
    return [
        Route(name, "GET", WRONG_METHOD, kind),
        Route(name, "POST", post, kind, data=data or {}),
    ]


SEEN = inside("view_recordings")  # by everyone who reads ECGs
NO_GET = everyone(405)
WRONG_METHOD = administered(405, refused=405)
OPEN = administered(200, refused=200)
ANYONE = everyone(200)
MINE = everyone(200, anonymous=302)  # pages of the person's own account
READ_ONLY = everyone(405, anonymous=302)
AWAY = everyone(302)
NONE = everyone(404, anonymous=302)
DRAFT = {"text": "Sinus rhythm, changed.", "revision": "1"}
STALE = {"password": "correct horse battery staple", "revision": "0"}
EXPORTED = {"since": "2026-01-01", "until": "2026-01-02", "reason": "Yearly audit"}
WRONG = {"username": "nobody@example.test", "password": "wrong"}
KEPT = {"verdict": "kept", "reason": "Works here"}
MEMBERS_ONLY = everyone(302) | dict.fromkeys((*PLATFORM_ROLES, "entered", "unassigned"), 404)


def page(name: str, get: Statuses, post: Statuses) -> list[Route]:
    return [Route(name, "GET", get), Route(name, "POST", post)]


# Pages of the person's own account; who has no second factor finds none to remove.
ACCOUNT: list[Route] = [
    *page("account_change_password", MINE, MINE),
    *page("account_reset_password", ANYONE, ANYONE),
    *page("account_reset_password_done", ANYONE, NO_GET),
    *page("account_reset_password_from_key_done", ANYONE, NO_GET),
    *page("account_reauthenticate", MINE, MINE),
    *page("mfa_index", MINE, READ_ONLY),
    *page("mfa_authenticate", AWAY, AWAY),
    *page("mfa_reauthenticate", AWAY, AWAY),
    *page("mfa_activate_totp", AWAY, AWAY),
    *page("mfa_deactivate_totp", NONE, NONE),
    *page("mfa_view_recovery_codes", NONE, READ_ONLY),
    *page("mfa_generate_recovery_codes", AWAY, AWAY),
    *page("mfa_list_webauthn", AWAY, AWAY),
    *page("mfa_add_webauthn", AWAY, AWAY),
    *page("mfa_login_webauthn", AWAY, AWAY),
    *page("mfa_reauthenticate_webauthn", AWAY, AWAY),
    *both("sessions", AWAY),  # the password comes first
    Route("session-end", "GET", NO_GET),
    Route("session-end", "POST", AWAY),
]

ROUTES: list[Route] = [
    *ACCOUNT,
    *both("home", everyone(302)),
    *both("healthz", everyone(200)),
    Route("sign-in", "GET", everyone(302, anonymous=200)),
    Route("sign-in", "POST", everyone(302, anonymous=400), data=WRONG),
    Route("account_login", "GET", everyone(302, anonymous=200)),
    Route("account_login", "POST", everyone(302, anonymous=400), data=WRONG),
    # Providers' answers: of one that is out of use, which is as good as nowhere.
    *both("sso-callback", everyone(404), "provider"),
    *both("sso-finish", everyone(404), "provider"),
    Route("sso-acs", "GET", NO_GET, "provider"),
    Route("sso-acs", "POST", everyone(404), "provider"),
    *both("sso-metadata", inside("change_identity_providers"), "provider"),
    Route("sign-out", "GET", NO_GET),
    Route("sign-out", "POST", everyone(302)),
    Route("organizations", "GET", everyone(200, anonymous=302)),
    Route("organizations", "POST", MEMBERS_ONLY, "organization", "body:organization"),
    *both("alarms", inside("handle_alarms")),
    Route("alarm", "GET", NO_GET, "alarm"),
    Route("alarm", "POST", inside("handle_alarms", 302), "alarm", data={"do": "acknowledge"}),
    *both("start", inside("view_recordings", ok=302, refused=200)),
    *both("worklist", inside("view_recordings", refused=302)),
    Route("worklist", "GET", inside("view_recordings", refused=302), "report", "query:after",
          elsewhere=200),
    Route("worklist", "GET", inside("view_recordings", refused=302), "site", "query:site",
          elsewhere=200),
    *both("worklist-counts", SEEN),
    Route("worklist-counts", "GET", SEEN, "report", "query:seen", elsewhere=200),
    *both("recording", SEEN, "recording"),
    *both("waveform", SEEN, "recording"),
    *both("trace", SEEN, "recording"),
    Route("report-draft", "GET", NO_GET, "report"),
    Route("report-draft", "POST", inside("edit_report", 302), "report", data=DRAFT),
    Route("report-submit", "GET", NO_GET, "report"),
    Route("report-submit", "POST", inside("submit_report", 302), "report", data={"revision": "1"}),
    Route("report-sign", "GET", inside("sign_report"), "report"),
    # Whose ECG it is is an open question here, so the end of the MRN is asked for first.
    Route("report-sign", "POST", inside("sign_report", 400), "report", data=STALE),
    Route("report-amend", "GET", NO_GET, "signed"),
    Route("report-amend", "POST", inside("sign_report", 302), "signed",
          data={"reason": "Wrong side"}),
    *both("report-deliveries", SEEN, "report"),
    *both("report-preview", SEEN, "report"),
    *both("report-page", inside("sign_report"), "report"),
    *both("report-pdf", SEEN, "version"),
    *both("report-form", SEEN, "version"),
    # The files' own origin; on the pages' address there is nothing (tests/web/test_downloads.py).
    *both("download", everyone(404)),
    *both("upload", inside("upload_files")),
    Route("upload-files", "GET", NO_GET),
    Route("upload-files", "POST", inside("upload_files", 302), "site", "body:site"),
    *both("arrivals", SEEN),
    Route("arrivals", "GET", SEEN, "arrival", "query:after", elsewhere=200),
    *both("arrivals-strips", SEEN),
    Route("arrivals-strips", "GET", SEEN, "arrival", "query:a", elsewhere=200),
    *both("arrival", SEEN, "arrival"),
    *both("arrival-status", SEEN, "arrival"),
    *both("arrival-document", SEEN, "document"),
    *both("identity-cases", inside("resolve_identity")),
    Route("identity-case", "GET", inside("resolve_identity"), "case"),
    # Nothing is decided: a problem is told.
    Route("identity-case", "POST", inside("resolve_identity", 409), "case"),
    *both("patient", SEEN, "patient"),
    Route("audit", "GET", inside("view_audit_trail")),
    Route("audit", "GET", inside("view_audit_trail"), "patient", "query:patient"),
    Route("audit", "GET", inside("view_audit_trail"), "report", "query:report"),
    Route("audit", "GET", inside("view_audit_trail"), "person", "query:actor"),
    Route("audit", "GET", inside("view_audit_trail"), "person", "query:account"),
    Route("audit", "POST", inside("view_audit_trail", 404), data={"mrn": "no such number"}),
    Route("audit-export", "GET", NO_GET),
    # Nothing is committed where this is asked, so there is nothing to export.
    Route("audit-export", "POST", inside("export_audit_trail", 400), data=EXPORTED),
    # Break-glass, from the platform.
    Route("enter-organization", "GET", of_platform("ask_entry"), "organization"),
    Route("enter-organization", "POST", of_platform("ask_entry"), "organization"),
    *done_in_administration("leave-organization", administered(302, refused=302)),
    *read_in_administration("platform-entries", of_platform("view_platform_entries")),
    *done_in_administration("approve-entry", of_platform("approve_entry", 302), "entry"),
    *done_in_administration("refuse-entry", of_platform("approve_entry", 302), "entry"),
    *done_in_administration("review-entry", of_platform("approve_entry", 302), "entry"),
    *done_in_administration("use-entry", of_platform("ask_entry", 302), "entry"),
    # Break-glass, from the organization.
    *read_in_administration("visits", of_organization("view_entries")),
    *read_in_administration("visit", of_organization("view_entries"), "entry"),
    *read_in_administration("export-visit", of_organization("export_entries"), "entry"),
    *done_in_administration("end-visit", of_organization("end_entry", 302), "entry"),
    # Who has access.
    *read_in_administration("access-review", of_organization("view_access_review")),
    *read_in_administration("access-review-file", of_organization("view_access_review")),
    *done_in_administration(
        "decide-access", of_organization("decide_access_review", 302), "person", KEPT
    ),
    *done_in_administration("sign-off-access", of_organization("decide_access_review", 302)),
    *read_in_administration("access-reviews", of_platform("view_access_review")),
    *read_in_administration("access-reviews-file", of_platform("view_access_review")),
    # What the platform watches.
    Route("onboarding", "GET", of_platform("onboard_organization")),
    Route("onboarding", "POST", of_platform("onboard_organization")),
    *read_in_administration(
        "onboarding-file", of_platform("onboard_organization"), "organization"
    ),
    *done_in_administration(
        "send-canary", of_platform("onboard_organization", 302), "organization"
    ),
    *read_in_administration("platform-queues", of_platform("view_queue_counts")),
    *read_in_administration("offboardings", of_platform("view_offboarding")),
    Route("ask-offboarding", "GET", of_platform("ask_offboarding"), "organization"),
    Route("ask-offboarding", "POST", of_platform("ask_offboarding"), "organization"),
    Route("close-doors", "GET", of_platform("ask_offboarding"), "organization"),
    Route("close-doors", "POST", of_platform("ask_offboarding", 302), "organization"),
    *done_in_administration(
        "approve-offboarding", of_platform("approve_offboarding", 302), "offboarding"
    ),
    *done_in_administration(
        "refuse-offboarding", of_platform("approve_offboarding", 302), "offboarding"
    ),
    *read_in_administration("audit-chains", of_platform("verify_audit")),
    *done_in_administration("verify-chain", of_platform("verify_audit", 302), "organization"),
    # The admin's own pages.
    Route("admin:index", "GET", OPEN),
    Route("admin:index", "POST", OPEN),
    Route("admin:login", "GET", everyone(302)),
    Route("admin:login", "POST", everyone(302)),
    Route("admin:autocomplete", "GET", administered(403)),
    Route("admin:autocomplete", "POST", WRONG_METHOD),
    Route("admin:jsi18n", "GET", OPEN),
    Route("admin:jsi18n", "POST", WRONG_METHOD),
]  # fmt: skip

from tests.isolation.file_routes import FILES  # noqa: E402 - made of the words above

ROUTES += FILES
from tests.isolation.upload_routes import UPLOADS  # noqa: E402 - made of the words above

ROUTES += UPLOADS

# The rows of an area are in a file of their own, which begins from the words of this one.
from tests.isolation.escalation_routes import ESCALATION  # noqa: E402
from tests.isolation.figure_routes import FIGURES  # noqa: E402
from tests.isolation.lifecycle_routes import LIFECYCLE  # noqa: E402
from tests.isolation.order_routes import ORDERS  # noqa: E402
from tests.isolation.room_routes import ROOM  # noqa: E402
from tests.isolation.search_routes import SEARCH  # noqa: E402
from tests.isolation.viewer_routes import VIEWER  # noqa: E402

ROUTES += [*ESCALATION, *LIFECYCLE, *ORDERS, *ROOM, *SEARCH, *VIEWER, *FIGURES]
