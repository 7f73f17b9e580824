"""A submission as a FHIR R4 Task, and refusals as an OperationOutcome."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.integrations.models import Submission
from apps.integrations.submissions.standing import standing_of

KIND = "urn:einthoven:task"
OUTCOME = "urn:einthoven:outcome"
PROBLEM = "urn:einthoven:problem"
PURPOSE = "http://terminology.hl7.org/CodeSystem/v3-ActReason"

# HTTP status → IssueType.
ISSUES = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    409: "duplicate",
    410: "deleted",
    411: "required",
    413: "too-long",
    415: "not-supported",
    422: "business-rule",
    429: "throttled",
    503: "transient",
}


def task_of(row: Submission) -> dict[str, Any]:
    """Without anything of the patient: what was sent is in the sender's hands."""
    standing = standing_of(row)
    said: dict[str, Any] = {
        "resourceType": "Task",
        "id": str(row.public_id),
        "status": standing.status,
        "intent": "order",
        "priority": row.priority,
        "code": {"coding": [{"system": KIND, "code": "submit-ecg"}]},
        "authoredOn": row.requested_at.isoformat(),
        "reasonCode": {"coding": [{"system": PURPOSE, "code": row.purpose}]},
    }
    if standing.code:
        reason: dict[str, Any] = {"coding": [{"system": OUTCOME, "code": standing.code}]}
        if standing.message:
            reason["text"] = standing.message
        said["statusReason"] = reason
    if standing.field:
        said["businessStatus"] = {"text": f"At fault: {standing.field}"}
    output = [_output(name, address) for name, address in results_of(row).items()]
    return said | ({"output": output} if output else {})


def results_of(row: Submission) -> dict[str, str]:
    """Addresses of what the submission became, so far."""
    if row.ingress is None:
        return {}
    found = {"file": reverse("api:file", args=[row.ingress.public_id])}
    if row.ingress.recording is not None:
        names = [row.ingress.recording.public_id]
        found["recording"] = reverse("api:recording", args=names)
    return found


def _output(name: str, address: str) -> dict[str, Any]:
    coded = {"coding": [{"system": KIND, "code": name}]}
    return {"type": coded, "valueUri": address}


def outcome_of(problem: dict[str, Any]) -> dict[str, Any]:
    """Of an RFC 9457 problem."""
    status = int(problem["status"])
    issue: dict[str, Any] = {
        "severity": "error",
        "code": ISSUES.get(status, "exception"),
        "details": {
            "coding": [{"system": PROBLEM, "code": problem["code"]}],
            "text": problem["title"],
        },
    }
    if problem.get("detail"):
        issue["diagnostics"] = problem["detail"]
    if problem.get("field"):
        issue["expression"] = [problem["field"]]
    return {"resourceType": "OperationOutcome", "issue": [issue]}
