"""Rows of the operations for EHRs."""

from __future__ import annotations

import json

from apps.tenants.model_api import Scope
from tests.api.submitting import document, headers_of, plain
from tests.isolation.api_routes import Operation, named

PLAIN, FHIR = "/api/v1/submissions", "/api/v1/fhir/r4/$submit-ecg"
BODIES = {
    PLAIN: ("application/json", plain()),
    FHIR: ("application/fhir+json", document()),
}


def posted(path, tried="", kind=""):
    media, body = BODIES[path]

    def given(key):
        return {"data": json.dumps(body), "content_type": media, "headers": headers_of(key)}

    return Operation(
        "POST", path, Scope.SUBMISSIONS_WRITE, 202, tried=tried, kind=kind, given=given
    )


SUBMISSIONS = [
    *(posted(path) for path in BODIES),
    *(posted(path, "query:site", "site") for path in BODIES),
    *named(f"{PLAIN}/{{submission_id}}", Scope.SUBMISSIONS_READ, submission_id="submission"),
    *named("/api/v1/fhir/r4/Task/{task_id}", Scope.SUBMISSIONS_READ, task_id="submission"),
]
