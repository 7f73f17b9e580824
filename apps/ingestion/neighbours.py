"""Recordings beside a new one that may be the same, or bear its object name: asked, not linked."""

from __future__ import annotations

import hashlib

from apps.core.blobs.sealing import Unsealable
from apps.core.blobs.store import Corrupt
from apps.ecg import waveforms
from apps.ecg.formats.canonical import Waveform
from apps.ecg.formats.likeness import are_alike
from apps.ecg.models import Recording
from apps.ingestion.cases import open_case
from apps.ingestion.models import IdentityCase, RecordingArrival
from apps.ingestion.rules import current_rules

# A patient with more ECGs in a few minutes is a loop, not a patient.
MOST_COMPARED = 10

Kind = IdentityCase.Kind


def ask_about_name(recording: Recording, uid: str) -> None:
    """Rule 4: a copy of another signal bore this object name. One case for each name.

    Call with the name locked.
    """
    if not uid:
        return
    bearers = RecordingArrival.objects.filter(sop_instance_uid=uid).exclude(recording=recording)
    others = bearers.exclude(recording__canonical_hash=recording.canonical_hash)
    earliest = others.select_related("recording").order_by("id").first()
    if earliest is not None:
        name = hashlib.sha256(uid.encode()).hexdigest()
        open_case(Kind.UID_COLLISION, recording, other=earliest.recording, subject=name)


def ask_about_likeness(recording: Recording, rhythm: Waveform) -> None:
    """Rule 5 for a recording just made. Call with its patient locked."""
    at, window = recording.acquired_at, current_rules().duplicate_window
    if at is None or not window or not recording.links_by_hash:
        return
    near = Recording.objects.filter(
        patient=recording.patient,
        links_by_hash=True,
        acquired_at__range=(at - window, at + window),
    )
    for other in near.exclude(pk=recording.pk).order_by("id")[:MOST_COMPARED]:
        try:
            alike = are_alike(rhythm, waveforms.load(other))
        except (Corrupt, Unsealable):
            continue  # whoever reads it next raises the alarm
        if alike:
            subject = f"{other.pk}:{recording.pk}"
            open_case(Kind.POSSIBLE_DUPLICATE, recording, other=other, subject=subject)
