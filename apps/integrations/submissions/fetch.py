"""Fetching what a submission names: the queue's work, so that no request waits for a slow host."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.db import transaction

from apps.audit import actions as audit
from apps.core import egress, leases
from apps.core.blobs.sealing import Unsealable
from apps.core.errors import PermanentError, RetryableError
from apps.core.leases import Lease
from apps.ingestion.actions import DeliveryKeyReused, EmptyFile, MayNotSubmit
from apps.ingestion.models import Ingress
from apps.ingestion.signed import Signed
from apps.integrations.models import Submission
from apps.integrations.submissions.asked import difference
from apps.integrations.submissions.submit import allowed_hosts, file_key, keep
from apps.tenants.secrets import get_secret

SECONDS = 60.0
TRY_AGAIN = {408, 425, 429, 500, 502, 503, 504}
REFUSED = {EmptyFile: "file-empty", MayNotSubmit: "type-sends-none"}

log = structlog.get_logger(__name__)


def fetch(lease: Lease) -> None:
    """Bring one submission's file to the door. Raises PermanentError, RetryableError."""
    with transaction.atomic():
        row = Submission.objects.select_related("client", "site", "signing_key").get(pk=lease.id)
        hosts = allowed_hosts()
        file = _kept(row)
    structlog.contextvars.bind_contextvars(trace_id=str(row.trace_id))
    if file is None:
        file = _bring_in(row, hosts)
    with transaction.atomic():
        audit.record("integrations.submission.fetched", row, size=file.size, sha256=file.sha256)
        # The address may open what it names, and is of no use any more.
        leases.finish(lease, ingress=file, url_sealed=None)
    log.info("submission.fetched")


def _kept(row: Submission) -> Ingress | None:
    """The file of an attempt that ended between keeping it and saying so."""
    return Ingress.objects.filter(source=Ingress.Source.EHR, idem_key=file_key(row)).first()


def _bring_in(row: Submission, hosts: list[str]) -> Ingress:
    data = _fetched(row, hosts)
    fault = difference(data, row.digest, row.size)
    if fault:
        raise PermanentError(fault)
    try:
        return keep(row, data, row.client, Signed(row.signing_key))
    except tuple(REFUSED) as error:
        raise PermanentError(REFUSED[type(error)]) from None
    except DeliveryKeyReused:
        # Another worker was faster, and the host gave it other bytes.
        raise RetryableError("submission-kept-meanwhile") from None


def _fetched(row: Submission, hosts: list[str]) -> bytes:
    try:
        url = get_secret(row, "url_sealed")
    except Unsealable:
        raise PermanentError("key-destroyed") from None
    try:
        answer = egress.request(
            "GET", url, allow=hosts, seconds=SECONDS, limit=settings.MAX_UPLOAD_BYTES
        )
    except egress.Unreachable as error:
        if error.code == egress.TOO_LONG:
            raise PermanentError("too-large") from None
        raise
    if answer.status in TRY_AGAIN:
        raise RetryableError(f"fetch-status-{answer.status}")
    if answer.status != 200:
        raise PermanentError(f"fetch-status-{answer.status}")
    return answer.body
