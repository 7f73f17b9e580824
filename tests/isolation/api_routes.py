"""Every operation of the API, the scope it asks for, and every place an id may stand in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from apps.tenants.model_api import Scope

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
WAVEFORM = "/api/v1/recordings/{recording_id}/waveform"
PDF = "/api/v1/reports/{report_id}/versions/{version_id}/report.pdf"


@dataclass(frozen=True)
class Operation:
    """One row: `ids` are path parameters and their kinds; `tried` is the id that is varied.

    A place other than the path is `query:name`; its kind is then `kind`.
    """

    method: str
    path: str
    scope: Scope
    own: int = 200
    ids: dict[str, str] = field(default_factory=dict)
    tried: str = ""
    kind: str = ""
    elsewhere: int = 404
    # What a POST carries, made anew for each request with that key.
    given: Callable[[str], dict[str, Any]] = lambda _key: {
        "data": b"an ecg",
        "content_type": "application/octet-stream",
    }

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.tried}".strip()


def named(path: str, scope: Scope, **ids: str) -> list[Operation]:
    """One row for each of its path parameters."""
    return [Operation("GET", path, scope, ids=ids, tried=name, kind=ids[name]) for name in ids]


def asked(path: str, scope: Scope, elsewhere: int, own: int = 200, method: str = "GET", **query):
    """One row for each of its query parameters that names a thing."""
    return [
        Operation(method, path, scope, own, tried=f"query:{name}", kind=kind, elsewhere=elsewhere)
        for name, kind in query.items()
    ]


def done(path: str, scope: Scope, own: int, **ids: str) -> list[Operation]:
    return [Operation("POST", path, scope, own, ids, name, ids[name]) for name in ids]


OPERATIONS = [
    Operation("POST", "/api/v1/files", Scope.FILES_WRITE, own=201),
    *asked("/api/v1/files", Scope.FILES_WRITE, 404, own=201, method="POST", site="site"),
    *named("/api/v1/files/{file_id}", Scope.FILES_READ, file_id="arrival"),
    Operation("GET", "/api/v1/uploads", Scope.FILES_WRITE),
    # Bodies of other kinds than JSON are refused once the upload was found.
    Operation("POST", "/api/v1/uploads", Scope.FILES_WRITE, own=415),
    *asked("/api/v1/uploads", Scope.FILES_WRITE, 404, own=415, method="POST", site="site"),
    *named("/api/v1/uploads/{upload_id}", Scope.FILES_WRITE, upload_id="sending"),
    *done("/api/v1/uploads/{upload_id}/parts", Scope.FILES_WRITE, 415, upload_id="sending"),
    *done("/api/v1/uploads/{upload_id}/complete", Scope.FILES_WRITE, 415, upload_id="sending"),
    *done("/api/v1/uploads/{upload_id}/abort", Scope.FILES_WRITE, 200, upload_id="sending"),
    Operation("GET", "/api/v1/recordings", Scope.RECORDINGS_READ),
    *asked("/api/v1/recordings", Scope.RECORDINGS_READ, 200, patient="patient", site="site"),
    *asked("/api/v1/recordings", Scope.RECORDINGS_READ, 400, cursor="recording"),
    *named("/api/v1/recordings/{recording_id}", Scope.RECORDINGS_READ, recording_id="recording"),
    *named(WAVEFORM, Scope.RECORDINGS_READ, recording_id="recording"),
    *named("/api/v1/reports/{report_id}", Scope.REPORTS_READ, report_id="signed"),
    *named(PDF, Scope.REPORTS_READ, report_id="signed", version_id="version"),
]

# Addresses that need no key: they tell of the API and of nobody.
OPEN = {"/api/schema", "/api/docs"}
