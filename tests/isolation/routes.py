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
NO_GET = (405, 405, 405, 405)
DRAFT = {"text": "Sinus rhythm, changed.", "revision": "1"}
STALE = {"password": "correct horse battery staple", "revision": "0"}
WRONG = {"username": "nobody@example.test", "password": "wrong"}

ROUTES: list[Route] = [
    *both("home", (302, 302, 302, 302)),
    *both("healthz", (200, 200, 200, 200)),
    Route("sign-in", "GET", (200, 302, 302, 302)),
    Route("sign-in", "POST", (400, 302, 302, 302), data=WRONG),
    Route("sign-out", "GET", NO_GET),
    Route("sign-out", "POST", (302, 302, 302, 302)),
    Route("organizations", "GET", SEEN),
    Route("organizations", "POST", (302, 302, 302, 302), "organization", "body:organization"),
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
    Route("admin:password_change", "GET", (302, 403, 403, 200)),
    Route("admin:password_change", "POST", (302, 403, 403, 200)),
    Route("admin:autocomplete", "GET", (302, 403, 403, 403)),
    Route("admin:autocomplete", "POST", (302, 403, 403, 405)),
    Route("admin:jsi18n", "GET", (302, 403, 403, 200)),
    Route("admin:jsi18n", "POST", (302, 403, 403, 405)),
]

# Of every model in the admin; everyone but an administrator is turned away at its door.
ADMIN_DOOR = (302, 403, 403)
ADDED = {
    "billing.price",
    "integrations.destination",
    "tenants.apiclient",
    "tenants.membership",
    "tenants.site",
}
# An empty form: refused with its errors, or taken where every field may be empty.
CHANGED = {
    "billing.price": 200,
    "inference.algorithmversion": 302,
    "integrations.destination": 200,
    "tenants.apiclient": 200,
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
