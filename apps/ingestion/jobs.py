"""What the queue does with an accepted file: check the bytes, decode, link."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.audit import actions as audit
from apps.audit.alarms import raise_alarm
from apps.core import leases
from apps.core.blobs.sealing import Unsealable
from apps.core.blobs.store import Corrupt
from apps.core.errors import PermanentError, RetryableError
from apps.core.leases import Lease, Leased
from apps.ecg.formats.canonical import DecodedEcg, Refused
from apps.ecg.formats.sandbox import DecoderUnavailable, decode_limited
from apps.ingestion.actions import RAW
from apps.ingestion.content import DOCUMENTS as DOCUMENT_CONTENTS
from apps.ingestion.documents import check_document
from apps.ingestion.link import known_bytes, link_known_bytes, link_recording
from apps.ingestion.models import ExperimentalFormat, Ingress, RecordingArrival
from apps.ingestion.profiles import live_profiles
from apps.ingestion.promote import take_over
from apps.tenants import blobs

# Refusals of files that are of use all the same: a person opens them.
DOCUMENTS = {"dicom-pdf"}

log = structlog.get_logger(__name__)

Profiles = list[dict[str, Any]]


def process(lease: Lease) -> None:
    """Bring one file from received to its outcome. Raises PermanentError, RetryableError."""
    with transaction.atomic():
        ingress = Ingress.objects.select_related("organization", "site").get(pk=lease.id)
        twin, profiles = _held(ingress)
    structlog.contextvars.bind_contextvars(trace_id=str(ingress.trace_id))
    try:
        if take_over(ingress, lease):
            with transaction.atomic():
                twin, profiles = _held(ingress)
        if twin is not None:
            link_known_bytes(ingress, twin, lease)
        elif ingress.content in DOCUMENT_CONTENTS:
            check_document(ingress)
            keep_document(ingress, "document", lease)
        else:
            _decode(ingress, profiles, lease)
    except Refused as refusal:
        if refusal.code in DOCUMENTS:
            keep_document(ingress, refusal.code, lease, refusal.message)
        else:
            quarantine(ingress, refusal, lease)


def _held(ingress: Ingress) -> tuple[RecordingArrival | None, Profiles]:
    """The arrival of the same bytes, else the profiles to read them with."""
    twin = known_bytes(ingress) if ingress.sha256 else None
    return twin, live_profiles() if twin is None else []


def _decode(ingress: Ingress, profiles: Profiles, lease: Lease) -> None:
    """Raises Refused."""
    if ingress.size > settings.MAX_UPLOAD_BYTES:
        limit = settings.MAX_UPLOAD_BYTES >> 20
        raise Refused("too-large", f"Larger than {limit} MB: kept, but not read as an ECG.")
    data = _original(ingress)
    scanned_at = timezone.now()
    try:
        ecg = decode_limited(data, profiles=profiles)
    except DecoderUnavailable:
        raise RetryableError("decoder-unavailable") from None
    _accept_format(ecg)
    ingress.scanned_at, ingress.decoded_at = scanned_at, timezone.now()
    link_recording(ingress, ecg, lease)


def _accept_format(ecg: DecodedEcg) -> None:
    """Raises Refused for an experimental format that the organization has not switched on."""
    if not ecg.experimental:
        return
    with transaction.atomic():
        taken = ExperimentalFormat.objects.filter(format=ecg.format, is_on=True).exists()
    if not taken:
        raise Refused(
            "experimental-format",
            f"Files of this kind ({ecg.format}) are read experimentally. An organization"
            " administrator can switch the format on; then run the file again.",
            checks=ecg.checks,
        )


def _original(ingress: Ingress) -> bytes:
    """The stored bytes, proven to be what was accepted."""
    try:
        return blobs.get(ingress.organization_id, RAW, ingress.sha256)
    except FileNotFoundError:
        raise_alarm("storage.not_genuine", str(ingress.public_id))
        raise PermanentError("stored-bytes-missing") from None
    except (Corrupt, Unsealable):
        raise PermanentError("stored-bytes-not-genuine") from None


@transaction.atomic
def keep_document(ingress: Ingress, code: str, lease: Lease, message: str = "") -> None:
    """No ECG and nothing wrong: the bytes stay, to be opened from the list of arrivals."""
    audit.record("ingestion.document.kept", ingress, code=code)
    leases.finish(
        lease,
        Leased.State.DONE,
        outcome=Ingress.Outcome.DOCUMENT,
        scanned_at=timezone.now(),
        refusal_message=message,
    )
    log.info("file.document", code=code)


@transaction.atomic
def quarantine(ingress: Ingress, refusal: Refused, lease: Lease) -> None:
    """Keep the bytes, tell the sender why; a person may replay it."""
    audit.record("ingestion.file.quarantined", ingress, code=refusal.code, field=refusal.field[:64])
    leases.finish(
        lease,
        Leased.State.QUARANTINED,
        refusal.code[:64],
        outcome=Ingress.Outcome.QUARANTINED,
        scanned_at=timezone.now(),
        refusal_field=refusal.field[:64],
        refusal_message=refusal.message,
        refusal_checks=[asdict(check) for check in refusal.checks],
    )
    log.info("file.quarantined", code=refusal.code)
