"""Three real doors of one organization: the upload page, a file server, an EHR's $submit-ecg."""

from __future__ import annotations

import hashlib
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client

from apps.core.scope import organization_scope
from apps.ingestion.model_share import ShareSource
from apps.ingestion.smb.kept import Kept
from apps.ingestion.smb.look import look_into
from tests.api.keys import Program
from tests.api.submitting import document, headers_of

WEB, SMB, EHR = "web", "smb", "ehr"
DOORS = (WEB, SMB, EHR)


@dataclass
class Doors:
    """Each takes a file under a name of its own for it: sent again, it is the same delivery."""

    person: object
    key: str
    source: ShareSource
    folder: Path

    def send(self, door: str, data: bytes) -> None:
        """As its senders do, in a thread or process of any kind. Raises AssertionError."""
        try:
            getattr(self, door)(data, hashlib.sha256(data).hexdigest()[:32])
        finally:
            connections.close_all()

    def web(self, data: bytes, name: str) -> None:
        browser = Client()
        browser.force_login(self.person)
        form = {"file": SimpleUploadedFile("ecg.dcm", data), "upload_id": str(uuid.UUID(name))}
        answer = browser.post("/upload/files", form, headers={"Accept": "application/json"})
        assert answer.status_code in (200, 201), answer.content

    def ehr(self, data: bytes, name: str) -> None:
        answer = Program(self.key).client.post(
            "/api/v1/fhir/r4/$submit-ecg",
            document(data),
            content_type="application/fhir+json",
            headers=headers_of(self.key, Idempotency_Key=name),
        )
        assert answer.status_code == 202, answer.content

    def smb(self, data: bytes, name: str) -> None:
        """A cart writes it; the share is looked into until it is taken."""
        place, kept = self.folder / f"{name}.dcm", Kept()
        if not place.exists():
            place.write_bytes(data)
        try:
            with organization_scope(self.source.organization_id):
                for _ in range(3):
                    look_into(self.source.pk, kept)
                    time.sleep(settings.SMB_STABLE_SECONDS)
        finally:
            kept.close()
