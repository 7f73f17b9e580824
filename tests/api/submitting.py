"""Submissions as an EHR sends them."""

from __future__ import annotations

import base64
import json
import uuid

from django.utils import timezone

from apps.tenants.clients import recognise
from tests.api.keys import Program, make_client

PLAIN, FHIR = "submissions", "fhir/r4/$submit-ecg"


def headers_of(key, **changed):
    """Of one request, its nonce never given before; None leaves a header out."""
    caller = recognise(key)
    given = {
        "X-Sender": str(caller.client.public_id if caller else uuid.uuid4()),
        "X-Timestamp": timezone.now().isoformat(),
        "X-Nonce": uuid.uuid4().hex,
        "X-Purpose-Of-Use": "TREAT",
    } | {name.replace("_", "-"): value for name, value in changed.items()}
    return {name: value for name, value in given.items() if value is not None}


def coded(data):
    return base64.b64encode(data).decode()


def plain(data=b"an ecg", **fields):
    return ({"data": coded(data)} if data else {}) | fields


def document(data=b"an ecg", attachment=None, **fields):
    given = ({"data": coded(data)} if data else {}) | (attachment or {})
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "content": [{"attachment": given}],
    } | fields


def parameters(document, patient=None):
    parts = [{"name": "document", "resource": document}]
    parts += [{"name": "patient", "resource": patient}] if patient else []
    return {"resourceType": "Parameters", "parameter": parts}


class Ehr(Program):
    """A program that submits; `submit` is by plain JSON, `submit_fhir` by FHIR."""

    def __init__(self, organization, *scopes, **extra):
        self.client_row, key = make_client(organization, *scopes)
        super().__init__(key, **extra)

    def _post(self, path, body, kind, **changed):
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = headers_of(self.key, **changed)
        return self.client.post(f"/api/v1/{path}", text, content_type=kind, headers=given)

    def submit(self, body=None, query="", **changed):
        body = plain() if body is None else body
        return self._post(PLAIN + query, body, "application/json", **changed)

    def submit_fhir(self, body=None, query="", **changed):
        body = document() if body is None else body
        return self._post(FHIR + query, body, "application/fhir+json", **changed)
