"""Is it a recording already held? The decision table, inside one organization only.

The signal decides, under a lock on its hash: concurrent copies become one recording. What two
copies disagree on is asked of a person; nothing held is overwritten.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.audit import actions as audit
from apps.core import leases
from apps.core.compiled import Compiled
from apps.core.leases import Lease, Leased
from apps.core.locks import lock_until_commit
from apps.ecg.formats.canonical import DecodedEcg
from apps.ecg.models import Recording
from apps.ecg.stages import advance
from apps.ingestion.acquired import acquired
from apps.ingestion.cases import open_case, subject_of
from apps.ingestion.copies import Copy, disagreements, stated_copy
from apps.ingestion.create import create_recording
from apps.ingestion.identity import names_somebody
from apps.ingestion.malware import record_scan, scan_columns
from apps.ingestion.models import IdentityCase, Ingress, ProcessingRules, RecordingArrival
from apps.ingestion.neighbours import ask_about_likeness, ask_about_name
from apps.ingestion.orders.matching import match_recording
from apps.ingestion.orders.numbering import take_number
from apps.ingestion.stated import agreed, agreed_order, word_of

log = structlog.get_logger(__name__)

Outcome = Ingress.Outcome
Kind = IdentityCase.Kind

CONFLICTS = {Outcome.IDENTITY_CONFLICT, Outcome.TIME_CONFLICT, Outcome.CORRECTION}


@Compiled
def _twins(is_canary: bool, *, sha256: str, pk: int) -> QuerySet[Any, Any]:
    rows = RecordingArrival.objects.filter(ingress__sha256=sha256, ingress__is_canary=is_canary)
    return rows.exclude(ingress=pk).order_by("id").values_list("pk", flat=True)[:1]


@Compiled
def _same_signal(*, signal: str) -> QuerySet[Any, Any]:
    rows = Recording.objects.filter(canonical_hash=signal, links_by_hash=True)
    return rows.order_by("id").values_list("pk", flat=True)[:1]


def twins_of(ingress: Ingress) -> QuerySet[Any, Any]:
    """The earliest arrival of exactly these bytes that became or joined a recording of the same
    kind: its key only, for most files have none. None of bytes that are not stored yet."""
    if not ingress.sha256:
        return RecordingArrival.objects.none()
    return _twins(ingress.is_canary, sha256=ingress.sha256, pk=ingress.pk)


def whole(twins: QuerySet[Any, Any]) -> RecordingArrival | None:
    rows = RecordingArrival.objects.select_related("recording")
    return rows.get(pk=twins[0]) if twins else None


@transaction.atomic
def link_known_bytes(ingress: Ingress, twin: RecordingArrival, lease: Lease) -> None:
    """Rule 1: the same bytes are another arrival; nothing is parsed or stored again.

    Raises Refused where the sender says that they are of somebody else.
    """
    record_scan(ingress)
    ingress.decoded_at = timezone.now()
    ingress.format = twin.recording.format
    _link_twin(ingress, twin, lease)


def _link_twin(ingress: Ingress, twin: RecordingArrival, lease: Lease) -> None:
    said = word_of(ingress)
    copy = agreed(Copy(twin.identity, twin.sop_instance_uid), said, ingress.organization)
    number = agreed_order(twin.accession_number or twin.recording.accession_number, said)
    outcome = str(Outcome.SAME_BYTES)
    if copy.stated != twin.identity and not ingress.is_canary:
        # Its sender says whose it is where the file says nothing: asked, as of any other copy.
        lock_until_commit(f"signal:{ingress.organization_id}:{twin.recording.canonical_hash}")
        compared = _compare(twin.recording, copy)
        outcome = compared if compared in CONFLICTS else outcome
    if not {outcome, twin.outcome} & CONFLICTS:
        take_number(twin.recording, number)
    _link(ingress, twin.recording, outcome, copy, number, lease)


@transaction.atomic
def link_recording(ingress: Ingress, ecg: DecodedEcg, lease: Lease, rules: ProcessingRules) -> None:
    """Rules 2 to 6, or a new recording with its next stages. Raises Refused as rule 1 does."""
    record_scan(ingress)
    audit.record("ingestion.file.decoded", ingress, kind=ingress.format)
    zone = ingress.site.time_zone if ingress.site else ingress.organization.time_zone
    when = acquired(ecg, zone)
    copy = Copy(stated_copy(ecg, when, ingress.organization), ecg.sop_instance_uid[:64])
    said = word_of(ingress)
    copy = agreed(copy, said, ingress.organization)
    ecg = replace(ecg, accession_number=agreed_order(ecg.accession_number, said))
    signal = ecg.canonical_hash
    # Copies of one signal wait for each other, then files of one object name; one patient's last.
    places = [f"signal:{ingress.organization_id}:{signal}"]
    places += [f"uid:{ingress.organization_id}:{copy.uid}"] if copy.uid else []
    lock_until_commit(*places)
    twin = whole(twins_of(ingress))
    if twin is not None:  # it came in while this copy was decoded
        _link_twin(ingress, twin, lease)
        return
    held = None if ingress.is_canary else _held(signal, ecg)
    if held is not None:
        ask_about_name(held, copy.uid, signal)
        outcome = _compare(held, copy)
        if outcome not in CONFLICTS:
            take_number(held, ecg.accession_number)
        _link(ingress, held, outcome, copy, ecg.accession_number, lease)
        return
    recording = create_recording(ingress, ecg, signal, copy.stated, when)
    if not ingress.is_canary:
        ask_about_name(recording, copy.uid, signal)
        ask_about_likeness(recording, ecg.rhythm, rules)
        match_recording(recording)
    advance(recording, done="decode", lane=ingress.lane)
    _link(ingress, recording, Outcome.NEW, copy, ecg.accession_number, lease)


def _held(signal: str, ecg: DecodedEcg) -> Recording | None:
    """Rule 6: a demo signal is nobody's, however often it comes."""
    same = None if ecg.is_demo else _same_signal(signal=signal)
    return Recording.objects.get(pk=same[0]) if same else None


def _compare(held: Recording, copy: Copy) -> str:
    """Rules 2 to 4 against every copy held, so that the order of arrival does not matter."""
    rows = RecordingArrival.objects.filter(recording=held).order_by("id")
    copies = [Copy(row.identity, row.sop_instance_uid) for row in rows]
    kinds = disagreements(copy, copies)
    named = any(names_somebody(held_copy.stated) for held_copy in copies)
    if not kinds and not named and names_somebody(copy.stated):
        kinds = [Kind.CORRECTION]  # the first that says whose it is
    if copy not in copies:  # what was said before has been asked already
        for kind in kinds:
            open_case(kind, held, subject=subject_of(held))
    return kinds[0] if kinds else Outcome.SAME_SIGNAL


def _link(
    ingress: Ingress, recording: Recording, outcome: str, copy: Copy, number: str, lease: Lease
) -> None:
    RecordingArrival.objects.create(
        organization_id=ingress.organization_id,
        recording=recording,
        ingress=ingress,
        outcome=outcome,
        identity=copy.stated,
        sop_instance_uid=copy.uid,
        accession_number=number.strip(),
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
        **scan_columns(ingress),
    )
    log.info("file.linked", code=outcome)
