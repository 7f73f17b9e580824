"""The trail an organization had elsewhere: kept as it was signed there, provable at any time."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from typing import Any
from zipfile import BadZipFile, ZipFile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import transaction

from apps.audit.proof import Proof
from apps.core.blobs.sealing import Unsealable
from apps.core.blobs.store import Corrupt
from apps.core.scope import organization_scope
from apps.tenants import blobs
from apps.tenants.models import ImportedTrail, Organization
from apps.web.offboarding.verify import Export

KIND = "trail"


def keep_trail(organization: Organization, export: Export) -> None:
    """Every part of the export's trail and of those it had kept itself; again, it does nothing."""
    for listed in export.listed():
        if listed.path.startswith(("trail/", f"blobs/{KIND}/")):
            _keep(organization, export, export.path(listed.path).read_bytes())


def _keep(organization: Organization, export: Export, data: bytes) -> None:
    manifest = _manifest(data)
    stored = blobs.put(organization.pk, KIND, [data])
    with organization_scope(organization.pk), transaction.atomic():
        ImportedTrail.objects.get_or_create(
            organization=organization,
            source_id=manifest["organization"],
            first=manifest["first"],
            defaults={
                "sha256": stored.sha256,
                "last": manifest["last"],
                "signed_by": manifest["key"],
                "manifest_sha256": export.manifest["manifest_sha256"],
            },
        )


def verify_former_trail(organization_id: int) -> Proof:
    """Every event of the parts that are kept, gapless, as each part was signed."""
    with organization_scope(organization_id), transaction.atomic():
        rows = list(ImportedTrail.objects.order_by("source_id", "first"))
    events, before = 0, None
    for row in rows:
        fault = _fault(row, before)
        if fault:
            return Proof(events, f"former trail {row.source_id}: {fault}")
        events, before = events + row.last - row.first + 1, row
    return Proof(events)


def _fault(row: ImportedTrail, before: ImportedTrail | None) -> str:
    first = before.last + 1 if before and before.source_id == row.source_id else 1
    if row.first != first:
        return f"event {first} is missing"
    try:
        data = blobs.get(row.organization_id, KIND, row.sha256)
    except (FileNotFoundError, Corrupt, Unsealable):
        return f"the part from event {row.first} cannot be read"
    try:
        return _fault_inside(data, row)
    except (BadZipFile, InvalidSignature, KeyError, TypeError, ValueError):
        return f"the part from event {row.first} is not what was signed"


def _fault_inside(data: bytes, row: ImportedTrail) -> str:
    with ZipFile(io.BytesIO(data)) as file:
        signed = file.read("manifest.json")
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(row.signed_by))
        key.verify(base64.b64decode(file.read("manifest.sig")), signed)
        manifest = json.loads(signed)
        lines = file.read("events.jsonl").splitlines()
    if (manifest["organization"], manifest["last"]) != (str(row.source_id), row.last):
        return f"the part from event {row.first} is another's"
    hashes = [hashlib.sha256(line).hexdigest() for line in lines]
    if hashes != manifest["lines"]:
        return f"the part from event {row.first} is not what was signed"
    return ""


def _manifest(data: bytes) -> dict[str, Any]:
    with ZipFile(io.BytesIO(data)) as file:
        manifest: dict[str, Any] = json.loads(file.read("manifest.json"))
    return manifest
