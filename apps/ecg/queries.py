"""Reading patients, recordings and what was measured on them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import F, Model, Prefetch, QuerySet
from django.http import Http404

from apps.ecg.models import (
    Analysis,
    Finding,
    Measurement,
    Patient,
    PatientIdentifier,
    ReaderMeasurement,
    Recording,
    StageRun,
    Waveform,
)
from apps.tenants.access import Active
from apps.tenants.queries import permit

MOST_RECORDINGS = 100


def get_recording_to_view(active: Active, public_id: uuid.UUID) -> Recording:
    """With patient, identifiers, site and device. Raises PermissionDenied, Http404."""
    permit(active, "view_recordings")
    found = _recordings().filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def get_recording_to_measure(active: Active, public_id: uuid.UUID) -> Recording:
    """For who may write a report on it. Raises PermissionDenied, Http404."""
    permit(active, "edit_report")
    return get_recording_to_view(active, public_id)


def get_measurement_to_strike(active: Active, public_id: uuid.UUID) -> ReaderMeasurement:
    """With its recording. Raises PermissionDenied, Http404."""
    permit(active, "edit_report")
    rows = ReaderMeasurement.objects.select_related("recording")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def get_patient_to_view(active: Active, public_id: uuid.UUID) -> Patient:
    permit(active, "view_recordings")
    found = Patient.objects.prefetch_related(_identifiers()).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def recordings_of(active: Active, patient: Patient) -> list[Recording]:
    """A patient's recordings, newest first; those without a time last."""
    permit(active, "view_recordings")
    rows = Recording.objects.select_related("site", "organization").filter(patient=patient)
    newest_first = F("acquired_at").desc(nulls_last=True)
    return list(rows.order_by(newest_first, "-id")[:MOST_RECORDINGS])


def measurements_of(
    active: Active, recordings: Iterable[Recording]
) -> dict[int, list[Measurement]]:
    """Numbers that hold for all leads together, by recording."""
    permit(active, "view_recordings")
    rows = Measurement.objects.filter(recording__in=list(recordings), lead="").order_by("id")
    return _by_recording(rows)


def findings_of(active: Active, recordings: Iterable[Recording]) -> dict[int, list[Finding]]:
    permit(active, "view_recordings")
    return _by_recording(Finding.objects.filter(recording__in=list(recordings)))


def stage_runs_of(active: Active, recordings: Iterable[int]) -> dict[int, list[StageRun]]:
    permit(active, "view_recordings")
    return _by_recording(StageRun.objects.filter(recording__in=list(recordings)).order_by("id"))


def analysis_of(active: Active, recording: Recording) -> Analysis | None:
    """The newest run of the platform's measurement."""
    permit(active, "view_recordings")
    return Analysis.objects.filter(recording=recording).order_by("-id").first()


def kept_measurements_of(active: Active, recording: Recording) -> list[ReaderMeasurement]:
    """What readers measured on the trace, in the order it was kept, struck ones too."""
    permit(active, "view_recordings")
    rows = ReaderMeasurement.objects.filter(recording=recording)
    return list(rows.select_related("made_by", "struck_by").order_by("id"))


def has_median(active: Active, recording: Recording) -> bool:
    permit(active, "view_recordings")
    return Waveform.objects.filter(recording=recording, kind=Waveform.Kind.MEDIAN).exists()


def _recordings() -> QuerySet[Recording]:
    related = ("patient", "site", "device", "organization")
    rows = Recording.objects.select_related(*related)
    return rows.prefetch_related(_identifiers("patient__identifiers"))


def _identifiers(path: str = "identifiers") -> Prefetch:
    return Prefetch(path, PatientIdentifier.objects.order_by("id"))


def _by_recording(rows: Iterable[Model]) -> dict[int, list]:
    grouped: dict[int, list] = defaultdict(list)
    for row in rows:
        grouped[row.recording_id].append(row)  # type: ignore[attr-defined]
    return grouped
