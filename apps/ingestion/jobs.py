"""What the queue does with an accepted file: fetch, scan, unpack, decode, link."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
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
from apps.core.compiled import Compiled
from apps.core.errors import PermanentError, RetryableError
from apps.core.heartbeat import allow_for
from apps.core.leases import Lease, Leased
from apps.ecg.formats.archives import MAX_BYTES, is_packed
from apps.ecg.formats.canonical import DecodedEcg, Refused
from apps.ecg.formats.sandbox import DecoderUnavailable, decode_limited
from apps.ecg.formats.sandbox_archives import unpacking
from apps.ingestion import malware
from apps.ingestion.actions import RAW
from apps.ingestion.content import DOCUMENTS as DOCUMENT_CONTENTS
from apps.ingestion.content import Content
from apps.ingestion.documents import check_document
from apps.ingestion.link import link_known_bytes, link_recording, twins_of, whole
from apps.ingestion.malware import check_malware, record_scan, scan_columns
from apps.ingestion.models import Ingress, ProcessingRules, RecordingArrival
from apps.ingestion.profiles import live_profiles
from apps.ingestion.promote import take_over
from apps.ingestion.rules import PDF, check_proven, check_taken, own_rules, rules_in
from apps.ingestion.scanner import ScannerDown
from apps.ingestion.signed import check_signature
from apps.ingestion.unpack import unpack
from apps.tenants import blobs

# Refusals of files that are of use all the same: a person opens them. Each with its format.
DOCUMENTS = {"dicom-pdf": "dicom", "plain-pdf": PDF}

RELATED = ("organization", "site", "sender", "signing_key")

log = structlog.get_logger(__name__)

_ROW = Compiled(lambda *, pk: Ingress.objects.select_related(*RELATED).filter(pk=pk))


@dataclass(frozen=True, slots=True)
class Known:
    """What the organization's rows say of a file before it is read; `twin` has its bytes."""

    rules: ProcessingRules
    profiles: list[dict[str, Any]]
    twin: RecordingArrival | None


def process(lease: Lease) -> None:
    """Bring one file from received to its outcome. Raises PermanentError, RetryableError."""
    with transaction.atomic():
        (ingress,) = _ROW(pk=lease.id)
        profiles = [one.as_json() for one in live_profiles()]
        known = Known(rules_in(own_rules()), profiles, whole(twins_of(ingress)))
    structlog.contextvars.bind_contextvars(trace_id=str(ingress.trace_id))
    allow_for(ingress.size)
    ingress.scanned_at, ingress.decoded_at, ingress.format = None, None, ""
    try:
        _take_in(ingress, known, lease)
    except Refused as refusal:
        if refusal.code in DOCUMENTS:
            keep_document(ingress, refusal.code, lease, refusal.message)
        else:
            quarantine(ingress, refusal, lease)
    except ScannerDown:
        _wait_for_scanner(lease)
    except DecoderUnavailable:
        raise RetryableError("decoder-unavailable") from None


def _take_in(ingress: Ingress, known: Known, lease: Lease) -> None:
    """The steps in their order. Raises Refused, ScannerDown, DecoderUnavailable."""
    twin = known.twin
    if take_over(ingress, lease):
        with transaction.atomic():
            twin = whole(twins_of(ingress))
    check_signature(ingress)
    check_malware(ingress, _pieces(ingress), known.rules)
    if twin is not None:
        ingress.scanned_at = timezone.now()
        link_known_bytes(ingress, twin, lease)
    elif ingress.content in DOCUMENT_CONTENTS:
        check_document(ingress)
        if ingress.content == Content.PDF:
            # Looked into as every PDF is, in the decoder's child: what could act is refused.
            _read(ingress, known, lease)
            return
        ingress.scanned_at = timezone.now()
        keep_document(ingress, "document", lease)
    else:
        _read(ingress, known, lease)


def _read(ingress: Ingress, known: Known, lease: Lease) -> None:
    """Unpack or decode."""
    data = _original(ingress)
    if is_packed(data):
        with unpacking(data) as members:
            if members is not None:
                unpack(ingress, members, known.rules, lease)
                return
    ingress.scanned_at = timezone.now()
    if ingress.size > settings.MAX_UPLOAD_BYTES:
        raise _too_large()
    ecg = _decoded(ingress, data, known)
    ingress.decoded_at = timezone.now()
    link_recording(ingress, ecg, lease, known.rules)


def _too_large() -> Refused:
    limit = settings.MAX_UPLOAD_BYTES >> 20
    return Refused("too-large", f"Larger than {limit} MB: kept, but not read as an ECG.")


def _pieces(ingress: Ingress) -> Iterator[bytes]:
    """The stored bytes, however many, one piece after another."""
    try:
        yield from blobs.stream(ingress.organization_id, RAW, ingress.sha256)
    except FileNotFoundError:
        raise PermanentError("stored-bytes-missing") from None
    except Unsealable:
        raise PermanentError("stored-bytes-not-genuine") from None


def _decoded(ingress: Ingress, data: bytes, known: Known) -> DecodedEcg:
    """Raises Refused, also for what the organization does not take."""
    try:
        ecg = decode_limited(data, profiles=known.profiles)
    except Refused as refusal:
        ingress.format = DOCUMENTS.get(refusal.code, "")
        if ingress.format:
            check_taken(ingress.format, known.rules)
        raise
    ingress.format = ecg.format
    check_taken(ecg.format, known.rules)
    if ecg.experimental:
        with transaction.atomic():
            check_proven(ecg)
    return ecg


def _original(ingress: Ingress) -> bytes:
    """The stored bytes, proven to be what was accepted. Raises Refused beyond any archive."""
    if ingress.size > MAX_BYTES:
        raise _too_large()
    try:
        return blobs.get(ingress.organization_id, RAW, ingress.sha256)
    except FileNotFoundError:
        raise_alarm("storage.not_genuine", str(ingress.public_id))
        raise PermanentError("stored-bytes-missing") from None
    except (Corrupt, Unsealable):
        raise PermanentError("stored-bytes-not-genuine") from None


@transaction.atomic
def _wait_for_scanner(lease: Lease) -> None:
    """Nothing goes on unscanned, and waiting spends no attempt."""
    leases.postpone(lease, malware.WAITS, settings.SCANNER_WAIT_SECONDS)
    log.warning("file.waits", code=malware.WAITS)


@transaction.atomic
def keep_document(ingress: Ingress, code: str, lease: Lease, message: str = "") -> None:
    """No ECG and nothing wrong: the bytes stay, to be opened from the list of arrivals."""
    record_scan(ingress)
    columns = scan_columns(ingress) | {"refusal_message": message}
    audit.record("ingestion.document.kept", ingress, code=code)
    leases.finish(lease, Leased.State.DONE, outcome=Ingress.Outcome.DOCUMENT, **columns)
    log.info("file.document", code=code)


@transaction.atomic
def quarantine(ingress: Ingress, refusal: Refused, lease: Lease) -> None:
    """Keep the bytes, tell the sender why; a person may replay it."""
    record_scan(ingress)
    columns = scan_columns(ingress) | {
        "outcome": Ingress.Outcome.QUARANTINED,
        "decoded_at": None,
        "refusal_field": refusal.field[:64],
        "refusal_message": refusal.message,
        "refusal_checks": [asdict(check) for check in refusal.checks],
    }
    audit.record("ingestion.file.quarantined", ingress, code=refusal.code, field=refusal.field[:64])
    leases.finish(lease, Leased.State.QUARANTINED, refusal.code[:64], **columns)
    log.info("file.quarantined", code=refusal.code)
