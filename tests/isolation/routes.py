"""Every route, every method, every role: the status each must answer with.

`own` is asked with ids of the asker's organization. With another organization's id and with an id
that exists nowhere the answer is the same page: 404, or as in `own` where the role or the method
is refused before anything is looked up. A stranger is a reader of another organization.
"""

from __future__ import annotations

from dataclasses import dataclass, field

ROLES = ("anonymous", "technician", "reader", "administrator")
WHERE_LOOKED_UP = {200, 201, 204, 302, 400, 409}


@dataclass(frozen=True)
class Route:
    """One row: the name, the method, where the id goes and whose it is, the own statuses."""

    name: str
    method: str
    own: tuple[int, int, int, int]
    kind: str = ""
    place: str = "path"
    data: dict[str, str] = field(default_factory=dict)
    elsewhere: int = 404

    def __str__(self) -> str:
        return f"{self.method} {self.name}" + (f" {self.place}" if self.place != "path" else "")

    def expected(self, role: str, *, own: bool) -> int:
        status = self.own[ROLES.index("reader" if role == "stranger" else role)]
        looked_up = self.kind and role != "anonymous" and status in WHERE_LOOKED_UP
        return status if own or not looked_up else self.elsewhere


def both(name: str, get: tuple[int, int, int, int], kind: str = "") -> list[Route]:
    """A page to read: every other method is refused."""
    return [Route(name, "GET", get, kind), Route(name, "POST", (405, 405, 405, 405), kind)]


SEEN = (302, 200, 200, 200)  # by everyone who signed in
READERS = (302, 403, 302, 403)  # done by readers, who are then sent on
ADMINISTRATORS = (302, 403, 403, 200)
NO_GET = (405, 405, 405, 405)
OPEN = (200, 200, 200, 200)
AWAY = (302, 302, 302, 302)
NONE = (302, 404, 404, 404)
DRAFT = {"text": "Sinus rhythm, changed.", "revision": "1"}
STALE = {"password": "correct horse battery staple", "revision": "0"}
EXPORTED = {"since": "2026-01-01", "until": "2026-01-02", "reason": "Yearly audit"}
WRONG = {"username": "nobody@example.test", "password": "wrong"}


def page(name: str, get: tuple[int, int, int, int], post: tuple[int, int, int, int]) -> list[Route]:
    return [Route(name, "GET", get), Route(name, "POST", post)]


# Pages of the person's own account; who has no second factor finds none to remove.
ACCOUNT: list[Route] = [
    *page("account_change_password", SEEN, SEEN),
    *page("account_reset_password", OPEN, OPEN),
    *page("account_reset_password_done", OPEN, NO_GET),
    *page("account_reset_password_from_key_done", OPEN, NO_GET),
    *page("account_reauthenticate", SEEN, SEEN),
    *page("mfa_index", SEEN, (302, 405, 405, 405)),
    *page("mfa_authenticate", AWAY, AWAY),
    *page("mfa_reauthenticate", AWAY, AWAY),
    *page("mfa_activate_totp", AWAY, AWAY),
    *page("mfa_deactivate_totp", NONE, NONE),
    *page("mfa_view_recovery_codes", NONE, (302, 405, 405, 405)),
    *page("mfa_generate_recovery_codes", AWAY, AWAY),
    *page("mfa_list_webauthn", AWAY, AWAY),
    *page("mfa_add_webauthn", AWAY, AWAY),
    *page("mfa_login_webauthn", AWAY, AWAY),
    *page("mfa_reauthenticate_webauthn", AWAY, AWAY),
    *both("sessions", SEEN),
    Route("session-end", "GET", NO_GET),
    Route("session-end", "POST", AWAY),
]

ROUTES: list[Route] = [
    *ACCOUNT,
    *both("home", (302, 302, 302, 302)),
    *both("healthz", (200, 200, 200, 200)),
    Route("sign-in", "GET", (200, 302, 302, 302)),
    Route("sign-in", "POST", (400, 302, 302, 302), data=WRONG),
    Route("account_login", "GET", (200, 302, 302, 302)),
    Route("account_login", "POST", (400, 302, 302, 302), data=WRONG),
    # Providers' answers: of one that is out of use, which is as good as nowhere.
    *both("sso-callback", (404, 404, 404, 404), "provider"),
    *both("sso-finish", (404, 404, 404, 404), "provider"),
    Route("sso-acs", "GET", NO_GET, "provider"),
    Route("sso-acs", "POST", (404, 404, 404, 404), "provider"),
    *both("sso-metadata", (302, 403, 403, 200), "provider"),
    Route("sign-out", "GET", NO_GET),
    Route("sign-out", "POST", (302, 302, 302, 302)),
    Route("organizations", "GET", SEEN),
    Route("organizations", "POST", (302, 302, 302, 302), "organization", "body:organization"),
    *both("alarms", (302, 200, 403, 200)),
    Route("alarm", "GET", NO_GET, "alarm"),
    Route("alarm", "POST", (302, 302, 403, 302), "alarm", data={"do": "acknowledge"}),
    *both("worklist", SEEN),
    Route("worklist", "GET", SEEN, "report", "query:after", elsewhere=200),
    Route("worklist", "GET", SEEN, "site", "query:site", elsewhere=200),
    *both("worklist-counts", SEEN),
    Route("worklist-counts", "GET", SEEN, "report", "query:seen", elsewhere=200),
    *both("recording", SEEN, "recording"),
    *both("waveform", SEEN, "recording"),
    *both("trace", SEEN, "recording"),
    Route("report-draft", "GET", NO_GET, "report"),
    Route("report-draft", "POST", READERS, "report", data=DRAFT),
    Route("report-sign", "GET", (302, 403, 200, 403), "report"),
    Route("report-sign", "POST", (302, 403, 409, 403), "report", data=STALE),
    Route("report-amend", "GET", NO_GET, "signed"),
    Route("report-amend", "POST", READERS, "signed", data={"reason": "Wrong side"}),
    *both("report-deliveries", SEEN, "report"),
    *both("report-preview", SEEN, "report"),
    *both("report-pdf", SEEN, "version"),
    # The files' own origin; on the pages' address there is nothing (tests/web/test_downloads.py).
    *both("download", (404, 404, 404, 404)),
    *both("upload", SEEN),
    Route("upload-files", "GET", NO_GET),
    Route("upload-files", "POST", (302, 302, 302, 302), "site", "body:site"),
    *both("arrivals", SEEN),
    Route("arrivals", "GET", SEEN, "arrival", "query:after", elsewhere=200),
    *both("arrivals-strips", SEEN),
    Route("arrivals-strips", "GET", SEEN, "arrival", "query:a", elsewhere=200),
    *both("arrival", SEEN, "arrival"),
    *both("arrival-status", SEEN, "arrival"),
    *both("patient", SEEN, "patient"),
    Route("audit", "GET", ADMINISTRATORS),
    Route("audit", "GET", ADMINISTRATORS, "patient", "query:patient"),
    Route("audit", "GET", ADMINISTRATORS, "report", "query:report"),
    Route("audit", "GET", ADMINISTRATORS, "person", "query:actor"),
    Route("audit", "GET", ADMINISTRATORS, "person", "query:account"),
    Route("audit", "POST", (302, 403, 403, 404), data={"mrn": "no such number"}),
    Route("audit-export", "GET", NO_GET),
    # Nothing is committed where this is asked, so there is nothing to export.
    Route("audit-export", "POST", (302, 403, 403, 400), data=EXPORTED),
    # Platform staff only; the admin's tests go through it as such a person.
    Route("enter-organization", "GET", (302, 403, 403, 403), "organization"),
    Route("enter-organization", "POST", (302, 403, 403, 403), "organization"),
    Route("leave-organization", "GET", (302, 403, 403, 405)),
    Route("leave-organization", "POST", (302, 403, 403, 302)),
    # The admin's own pages.
    Route("admin:index", "GET", (302, 403, 403, 200)),
    Route("admin:index", "POST", (302, 403, 403, 200)),
    Route("admin:login", "GET", (302, 302, 302, 302)),
    Route("admin:login", "POST", (302, 302, 302, 302)),
    Route("admin:autocomplete", "GET", (302, 403, 403, 403)),
    Route("admin:autocomplete", "POST", (302, 403, 403, 405)),
    Route("admin:jsi18n", "GET", (302, 403, 403, 200)),
    Route("admin:jsi18n", "POST", (302, 403, 403, 405)),
]

# Of every model in the admin; everyone but an administrator is turned away at its door.
ADMIN_DOOR = (302, 403, 403)
ADDED = {
    "billing.price",
    "integrations.alarmchannel",
    "integrations.destination",
    "tenants.identityprovider",
    "tenants.invitation",
    "tenants.membership",
    "tenants.site",
}
# An empty form: refused with its errors, or taken where every field may be empty.
CHANGED = {
    "billing.price": 200,
    "inference.algorithmversion": 302,
    "integrations.alarmchannel": 200,
    "integrations.destination": 200,
    "tenants.identityprovider": 200,
    "tenants.membership": 200,
    "tenants.organization": 200,
    "tenants.site": 200,
    "tenants.user": 200,
}
ADMIN_PAGES: dict[str, tuple[int, int]] = {
    # page: GET and POST by an administrator of the organization
    "changelist": (200, 200),
    "add": (403, 403),
    "change": (200, 403),
    "delete": (403, 403),
    "history": (200, 200),
}


def admin_routes(label: str) -> list[Route]:
    """The rows of one model of the admin."""
    name = f"admin:{label.replace('.', '_')}"
    rows = []
    for page, statuses in ADMIN_PAGES.items():
        for method, status in zip(("GET", "POST"), statuses, strict=True):
            if page == "add" and label in ADDED:
                status = 200
            if page == "change" and method == "POST":
                status = CHANGED.get(label, status)
            kind = label if page in ("change", "delete", "history") else ""
            rows.append(Route(f"{name}_{page}", method, (*ADMIN_DOOR, status), kind))
    return rows
