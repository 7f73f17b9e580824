"""By HTTP at the address people use: a file, and a submission as an EHR makes it."""

from __future__ import annotations

import base64
import json
import uuid

from django.utils import timezone

from apps.ingestion.canary.file import CanaryFile
from apps.ingestion.canary.program import call
from apps.ingestion.model_canary import PathCanary


def upload(_row: PathCanary, file: CanaryFile) -> None:
    call("/api/v1/files", file.data, "application/octet-stream", {})


def submit(_row: PathCanary, file: CanaryFile) -> None:
    attachment = {"data": base64.b64encode(file.data).decode()}
    document = {
        "resourceType": "DocumentReference",
        "status": "current",
        "content": [{"attachment": attachment}],
    }
    headers = {
        "X-Timestamp": timezone.now().isoformat(),
        "X-Nonce": uuid.uuid4().hex,
        "X-Purpose-Of-Use": "TREAT",
    }
    body = json.dumps(document).encode()
    call("/api/v1/fhir/r4/$submit-ecg", body, "application/fhir+json", headers)
