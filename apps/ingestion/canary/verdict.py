"""How far a canary came, read from its rows alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils import timezone

from apps.audit.alarms import Finding
from apps.core.blobs.sealing import Unsealable
from apps.core.blobs.store import Corrupt
from apps.core.leases import Leased
from apps.ecg import waveforms
from apps.ecg.formats.canonical import canonical_hash
from apps.ecg.model_recording import Source
from apps.ecg.models import Measurement, Recording, StageRun, Waveform
from apps.ingestion.models import Ingress

State = Leased.State
WAITING = {State.RECEIVED, State.PROCESSING}
STOPPED = {State.DEAD, State.QUARANTINED}
# What `ingestion.jobs` says of the stored bytes before anything is decoded.
SCANNING = {"stored-bytes-missing", "stored-bytes-not-genuine"}

# The rate it has, and how far the measurement may be from it.
RATE_BPM = 72.0
RATE_TOLERANCE_BPM = 2.0
OVERDUE = dt.timedelta(minutes=2)

Stage = Literal["accept", "scan", "decode", "measure", "storage"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`stage` is where it is or where it failed, `code` why; both empty where it passed."""

    state: Literal["passed", "waiting", "failed"]
    stage: Stage | Literal[""] = ""
    code: str = ""

    @property
    def is_settled(self) -> bool:
        return self.state != "waiting"


PASSED = Verdict("passed")


def newest() -> Ingress | None:
    """The last canary of the scope's organization that went past the doors."""
    rows = Ingress.objects.filter(is_canary=True, source=Ingress.Source.CANARY).select_related(
        "recording"
    )
    return rows.order_by("-id").first()


def verdict_on(canary: Ingress, wanted: str = "") -> Verdict:
    """Call in the organization's scope and a transaction, with the row as it is now.

    `wanted` is the hash of its signal, for one whose own name does not say it.
    """
    wanted = wanted or canary.idem_key
    if canary.state in WAITING:
        return Verdict("waiting", "decode" if canary.attempts else "scan", canary.error_code)
    if canary.state in STOPPED:
        return Verdict("failed", _stopped_at(canary.error_code), canary.error_code)
    if canary.recording is None or canary.outcome != Ingress.Outcome.NEW:
        return Verdict("failed", "decode", "taken-for-another")
    return _measured(canary.recording, wanted)


def _stopped_at(code: str) -> Stage:
    return "scan" if code in SCANNING else "decode"


def _measured(recording: Recording, wanted: str) -> Verdict:
    run = StageRun.objects.filter(recording=recording, stage="measure").first()
    if run is None or run.state in STOPPED:
        return Verdict("failed", "measure", run.error_code if run else "stage-missing")
    if run.state in WAITING:
        return Verdict("waiting", "measure", run.error_code)
    return _compared(recording, wanted)


def _compared(recording: Recording, wanted: str) -> Verdict:
    """What is kept must be what was sent, and be measured as what it is."""
    if recording.canonical_hash != wanted:
        return Verdict("failed", "decode", "signal-differs")
    try:
        kept = waveforms.load(recording)
    except (Corrupt, Unsealable, Waveform.DoesNotExist):
        return Verdict("failed", "storage", "waveform-not-genuine")
    if canonical_hash(kept) != wanted:
        return Verdict("failed", "storage", "signal-differs")
    rates = Measurement.objects.filter(
        recording=recording, source=Source.PLATFORM, name="heart_rate_bpm"
    )
    rate = rates.values_list("value", flat=True).first()
    if rate is None or abs(float(rate) - RATE_BPM) > RATE_TOLERANCE_BPM:
        return Verdict("failed", "measure", "rate-differs")
    return PASSED


def watch() -> Iterator[Finding]:
    """The last canary failed, or came nowhere in time."""
    canary = newest()
    if canary is None:
        return
    verdict = verdict_on(canary)
    overdue = not verdict.is_settled and timezone.now() - canary.received_at > OVERDUE
    if verdict.state == "failed" or overdue:
        set_aside(canary)
        yield Finding("canary.failed", verdict.stage)


def set_aside(canary: Ingress) -> None:
    """Rows that were given up count as no work of the organization's; they can be run again."""
    given_up = {"state": State.DEAD}
    Ingress.objects.filter(pk=canary.pk, **given_up).update(state=State.QUARANTINED)
    if canary.recording_id:
        runs = StageRun.objects.filter(recording_id=canary.recording_id, **given_up)
        runs.update(state=State.QUARANTINED)
