"""The delivery stage, and sending one message until it is acknowledged."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.audit import actions as audit
from apps.core import leases
from apps.core.blobs.sealing import Unsealable
from apps.core.blobs.store import Corrupt
from apps.core.drain import wake_on_commit
from apps.core.errors import PermanentError, RetryableError
from apps.core.leases import Lease, Leased
from apps.ecg.models import StageRun
from apps.integrations.actions import HL7, queue_deliveries
from apps.integrations.destinations.mllp.client import send as send_mllp
from apps.integrations.hl7.ack import Ack, parse_ack
from apps.integrations.models import Delivery
from apps.integrations.transport import tls_of
from apps.reports.locking import lock_acknowledged
from apps.reports.models import ReportVersion
from apps.reports.orders import LINK, version_to_link
from apps.tenants import blobs

log = structlog.get_logger(__name__)

TIMEOUT_S = 20.0
BEHIND_S = 2.0
LONGEST_PAUSE_S = 300.0
REFUSED = {"AR", "CR"}

Status = Delivery.Status


def deliver(stage: StageRun) -> None:
    """Queue the version's messages. Raises PermanentError where one cannot be built."""
    try:
        queued = _queue(stage.subject)
    except (Corrupt, Unsealable, FileNotFoundError):
        raise PermanentError("report-not-genuine") from None
    if queued:
        wake_on_commit()


def _queue(subject: str) -> int:
    """Of a version that was signed, or of an order that came after it."""
    kind, _, public_id = subject.partition(":")
    if kind == LINK:
        found = version_to_link(public_id)
        return queue_deliveries(*found) if found else 0
    versions = ReportVersion.objects.select_related("report__recording", "report__organization")
    return queue_deliveries(versions.get(public_id=public_id))


def send(lease: Lease) -> None:
    """One attempt. Raises RetryableError until the receiver answers; a refusal is final."""
    with transaction.atomic():
        delivery = (
            Delivery.objects.select_related("destination", "report_version", "organization")
            .annotate(has_newer=_has_newer(), waits_for_older=_waits_for_older())
            .get(pk=lease.id)
        )
    structlog.contextvars.bind_contextvars(trace_id=str(delivery.trace_id))
    if not delivery.organization.is_live:
        _postpone(lease, "organization-closed", LONGEST_PAUSE_S)
        return
    if delivery.has_newer:
        _drop(delivery, lease)
        return
    if delivery.waits_for_older:
        _postpone(lease, "waits-for-older-version", BEHIND_S)
        return
    try:
        ack = _exchange(delivery)
    except RetryableError as error:
        # An outage of hours is the receiver's, not this message's: no attempt is used up.
        _postpone(lease, error.code, _pause_s(delivery))
        return
    if ack.code in REFUSED and ack.control_id == delivery.control_id:
        _settle(delivery, ack, Status.REJECTED, lease, Leased.State.DEAD)
        return
    try:
        ack.require_accepted(delivery.control_id)
    except RetryableError:
        _note(delivery, ack)
        raise
    _settle(delivery, ack, Status.ACKNOWLEDGED, lease, Leased.State.DONE)


def _postpone(lease: Lease, code: str, seconds: float) -> None:
    log.info("delivery.postponed", code=code)
    with transaction.atomic():
        leases.postpone(lease, code, seconds)


def _pause_s(delivery: Delivery) -> float:
    """A quarter of the time waited so far: soon after a blink, calmly in a long outage."""
    waited = (timezone.now() - delivery.created_at).total_seconds()
    return min(max(waited / 4, settings.RETRY_BACKOFF_SECONDS), LONGEST_PAUSE_S)


def _same_report() -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        destination=OuterRef("destination"),
        report_version__report=OuterRef("report_version__report"),
    )


def _has_newer() -> Exists:
    """A retry or a replay must not arrive after the version that replaced it."""
    number = OuterRef("report_version__number")
    again = Q(report_version__number=number, pk__gt=OuterRef("pk"))
    return Exists(_same_report().filter(Q(report_version__number__gt=number) | again))


@transaction.atomic
def _drop(delivery: Delivery, lease: Lease) -> None:
    audit.record("integrations.delivery.superseded", delivery)
    leases.finish(lease, status=Status.SUPERSEDED)


def _waits_for_older() -> Exists:
    """Versions of one report reach a receiver in order, and one of them that is sent again."""
    number = OuterRef("report_version__number")
    before = Q(report_version__number=number, pk__lt=OuterRef("pk"))
    older = _same_report().filter(Q(report_version__number__lt=number) | before)
    return Exists(older.filter(state=Leased.State.PROCESSING))


def _exchange(delivery: Delivery) -> Ack:
    try:
        message = blobs.get(delivery.organization_id, HL7, delivery.message_sha256)
    except (Corrupt, Unsealable, FileNotFoundError):
        raise PermanentError("message-not-genuine") from None
    destination = delivery.destination
    reply = send_mllp(
        destination.host,
        destination.port,
        message,
        timeout_s=TIMEOUT_S,
        tls=tls_of(destination),
    )
    return parse_ack(reply)


@transaction.atomic
def _note(delivery: Delivery, ack: Ack) -> None:
    delivery.ack_code, delivery.ack_text = ack.code[:2], ack.text[:200]
    delivery.save(update_fields=["ack_code", "ack_text"])


@transaction.atomic
def _settle(delivery: Delivery, ack: Ack, status: str, lease: Lease, state: str) -> None:
    accepted = status == Status.ACKNOWLEDGED
    code = "integrations.delivery.acknowledged" if accepted else "integrations.delivery.rejected"
    audit.record(code, delivery, destination=str(delivery.destination.public_id), code=ack.code)
    if accepted:
        lock_acknowledged(delivery.report_version)
    leases.finish(
        lease,
        state,
        "" if accepted else f"receiver-{ack.code}",
        status=status,
        acknowledged_at=timezone.now(),
        ack_code=ack.code[:2],
        ack_text=ack.text[:200],
    )
