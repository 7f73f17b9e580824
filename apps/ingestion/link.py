"""Is it a recording already held? The decision table, inside one organization only.

The signal decides, under a lock on its hash: concurrent copies become one recording.
"""

from __future__ import annotations

import datetime as dt

import structlog
from django.db import transaction
from django.utils import timezone

from apps.audit import actions as audit
from apps.core import leases
from apps.core.leases import Lease, Leased
from apps.core.locks import lock_until_commit
from apps.ecg.formats.canonical import DecodedEcg
from apps.ecg.models import Recording
from apps.ecg.stages import advance
from apps.ingestion.acquired import Acquired, acquired
from apps.ingestion.create import create_recording
from apps.ingestion.identity import differ, stated_identity
from apps.ingestion.models import Ingress, RecordingArrival

log = structlog.get_logger(__name__)

Outcome = Ingress.Outcome

# Two carts' clocks of one recording agree within this.
SAME_TIME = dt.timedelta(minutes=2)
CONFLICTS = {Outcome.IDENTITY_CONFLICT, Outcome.TIME_CONFLICT}


def known_bytes(ingress: Ingress) -> RecordingArrival | None:
    """An arrival of exactly these bytes that became or joined a recording of the same kind."""
    return (
        RecordingArrival.objects.filter(
            ingress__sha256=ingress.sha256, ingress__is_canary=ingress.is_canary
        )
        .exclude(ingress=ingress)
        .order_by("id")
        .first()
    )


@transaction.atomic
def link_known_bytes(ingress: Ingress, twin: RecordingArrival, lease: Lease) -> None:
    """Rule 1: the same bytes are another arrival; nothing is parsed or stored again."""
    ingress.scanned_at = ingress.decoded_at = timezone.now()
    _link_twin(ingress, twin, lease)


def _link_twin(ingress: Ingress, twin: RecordingArrival, lease: Lease) -> None:
    _link(ingress, twin.recording, Outcome.SAME_BYTES, twin.identity, lease)


@transaction.atomic
def link_recording(ingress: Ingress, ecg: DecodedEcg, lease: Lease) -> None:
    """Rules 2, 3 and 6, or a new recording with its next stages."""
    zone = ingress.site.time_zone if ingress.site else ingress.organization.time_zone
    stated = stated_identity(ecg.patient, ingress.organization)
    when = acquired(ecg, zone)
    signal = ecg.canonical_hash
    # Copies of one signal wait for each other.
    lock_until_commit(f"signal:{ingress.organization_id}:{signal}")
    twin = known_bytes(ingress)
    if twin is not None:  # it came in while this copy was decoded
        _link_twin(ingress, twin, lease)
        return
    held = Recording.objects.filter(canonical_hash=signal, links_by_hash=True).first()
    if held is not None and not ingress.is_canary:
        outcome = _compare(held, stated, when)
        _link(ingress, held, outcome, stated, lease)
        return
    recording = create_recording(ingress, ecg, signal, stated, when)
    advance(recording, done="decode", lane=ingress.lane)
    _link(ingress, recording, Outcome.NEW, stated, lease)


def _compare(held: Recording, stated: dict[str, str], when: Acquired) -> str:
    first = RecordingArrival.objects.filter(recording=held).order_by("id").first()
    if first is not None and differ(first.identity, stated):
        return Outcome.IDENTITY_CONFLICT
    if held.acquired_at and when.at and abs(held.acquired_at - when.at) > SAME_TIME:
        return Outcome.TIME_CONFLICT
    return Outcome.SAME_SIGNAL


def _link(
    ingress: Ingress, recording: Recording, outcome: str, identity: dict[str, str], lease: Lease
) -> None:
    RecordingArrival.objects.create(
        organization_id=ingress.organization_id,
        recording=recording,
        ingress=ingress,
        outcome=outcome,
        identity=identity,
    )
    audit.record(
        "ingestion.file.linked", ingress, outcome=outcome, recording=str(recording.public_id)
    )
    if outcome in CONFLICTS:
        audit.record("ingestion.identity.conflicted", ingress, outcome=outcome)
    leases.finish(
        lease,
        Leased.State.DONE if outcome == Outcome.NEW else Leased.State.DUPLICATE,
        outcome=outcome,
        recording=recording,
        scanned_at=ingress.scanned_at,
        decoded_at=ingress.decoded_at,
    )
    log.info("file.linked", code=outcome)
