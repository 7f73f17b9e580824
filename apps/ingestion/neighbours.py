"""Recordings beside a new one that may be the same, or bear its object name: asked, not linked."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from django.db.models import QuerySet

from apps.core.blobs.sealing import Unsealable
from apps.core.blobs.store import Corrupt
from apps.core.compiled import Compiled
from apps.ecg import waveforms
from apps.ecg.formats.canonical import Waveform
from apps.ecg.formats.likeness import are_alike
from apps.ecg.models import Recording
from apps.ingestion.cases import open_case
from apps.ingestion.models import IdentityCase, ProcessingRules, RecordingArrival

# A patient with more ECGs in a few minutes is a loop, not a patient.
MOST_COMPARED = 10

Kind = IdentityCase.Kind


@Compiled
def _bearers(*, uid: str, signal: str) -> QuerySet[Any, Any]:
    """The key of the earliest arrival of another signal under this object name."""
    bearers = RecordingArrival.objects.filter(sop_instance_uid=uid)
    others = bearers.exclude(recording__canonical_hash=signal).order_by("id")
    return others.values_list("pk", flat=True)[:1]


@Compiled
def _near(*, patient: int, pk: int, since: dt.datetime, until: dt.datetime) -> QuerySet[Any, Any]:
    near = Recording.objects.filter(
        patient=patient, links_by_hash=True, acquired_at__range=(since, until)
    )
    others = near.exclude(pk=pk).only("organization_id", "public_id")
    return others.order_by("id")[:MOST_COMPARED]


def ask_about_name(recording: Recording, uid: str, signal: str) -> None:
    """Rule 4: a copy of another signal bore this object name. One case for each name.

    Call with the name locked.
    """
    bearers = _bearers(uid=uid, signal=signal) if uid else None
    if bearers:
        name = hashlib.sha256(uid.encode()).hexdigest()
        earliest = RecordingArrival.objects.select_related("recording").get(pk=bearers[0])
        open_case(Kind.UID_COLLISION, recording, other=earliest.recording, subject=name)


def ask_about_likeness(recording: Recording, rhythm: Waveform, rules: ProcessingRules) -> None:
    """Rule 5 for a recording just made. Call with its patient locked."""
    at, window = recording.acquired_at, rules.duplicate_window
    if at is None or not window or not recording.links_by_hash:
        return
    held = {"patient": recording.patient_id, "pk": recording.pk}
    for other in _near(**held, since=at - window, until=at + window):
        try:
            alike = are_alike(rhythm, waveforms.load(other))
        except (Corrupt, Unsealable):
            continue  # whoever reads it next raises the alarm
        if alike:
            subject = f"{other.pk}:{recording.pk}"
            open_case(Kind.POSSIBLE_DUPLICATE, recording, other=other, subject=subject)
