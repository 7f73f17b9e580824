"""Reading patients, recordings and what was measured on them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import F, Model, Prefetch, QuerySet, Subquery
from django.http import Http404

from apps.core.together import attach, together
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
    related = ("patient", "site", "device", "organization", "duplicate_of")
    rows = Recording.objects.select_related(*related).filter(public_id=public_id)
    held = Recording.objects.filter(public_id=public_id).values("patient")
    numbers = PatientIdentifier.objects.filter(patient__in=held).order_by("id")
    together(rows, numbers)
    for found in rows:
        attach([found.patient], numbers, name="identifiers", key="patient_id")
        return found
    raise Http404


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
    return list(series_of(active, patient))


def series_of(active: Active, patient: Patient) -> QuerySet[Recording]:
    permit(active, "view_recordings")
    rows = Recording.objects.select_related("site", "organization").filter(patient=patient)
    newest_first = F("acquired_at").desc(nulls_last=True)
    return rows.order_by(newest_first, "-id")[:MOST_RECORDINGS]


def with_prior(recording: Recording) -> list[int | Subquery]:
    """Keys of the recording and of the newest of its patient that is surely earlier, if any."""
    if recording.acquired_at is None:
        return [recording.pk]
    ours = Recording.objects.filter(patient=recording.patient_id)
    earlier = ours.filter(acquired_at__lt=recording.acquired_at).order_by("-acquired_at", "-id")
    return [recording.pk, Subquery(earlier.values("pk")[:1])]


def measurements_in(active: Active, recordings: list[Any]) -> QuerySet[Measurement]:
    """Numbers that hold for all leads together; of recordings by their keys."""
    permit(active, "view_recordings")
    return Measurement.objects.filter(recording__id__in=recordings, lead="").order_by("id")


def measurements_of(
    active: Active, recordings: Iterable[Recording]
) -> dict[int, list[Measurement]]:
    """The same, by recording."""
    permit(active, "view_recordings")
    return by_recording(measurements_in(active, [row.pk for row in recordings]))


def findings_in(active: Active, recordings: list[Any]) -> QuerySet[Finding]:
    permit(active, "view_recordings")
    return Finding.objects.filter(recording__id__in=recordings)


def findings_of(active: Active, recordings: Iterable[Recording]) -> dict[int, list[Finding]]:
    permit(active, "view_recordings")
    return by_recording(findings_in(active, [row.pk for row in recordings]))


def stages_of(active: Active, recordings: Iterable[int]) -> QuerySet[StageRun]:
    permit(active, "view_recordings")
    return StageRun.objects.filter(recording__in=list(recordings)).order_by("id")


def stage_runs_of(active: Active, recordings: Iterable[int]) -> dict[int, list[StageRun]]:
    return by_recording(stages_of(active, recordings))


def analyses_of(active: Active, recording: Recording) -> QuerySet[Analysis]:
    """The newest run of the platform's measurement, or none."""
    permit(active, "view_recordings")
    return Analysis.objects.filter(recording=recording).order_by("-id")[:1]


def analysis_of(active: Active, recording: Recording) -> Analysis | None:
    return analyses_of(active, recording).first()


def kept_measurements_of(active: Active, recording: Recording) -> QuerySet[ReaderMeasurement]:
    """What readers measured on the trace, in the order it was kept, struck ones too."""
    permit(active, "view_recordings")
    rows = ReaderMeasurement.objects.filter(recording=recording)
    return rows.select_related("made_by", "struck_by").order_by("id")


def waveforms_of(active: Active, recording: Recording) -> QuerySet[Waveform]:
    """Its rhythm, and the median beat where the device gave one, without their samples."""
    permit(active, "view_recordings")
    return Waveform.objects.filter(recording=recording).only("kind", "packed_sha256")


def _identifiers(path: str = "identifiers") -> Prefetch:
    return Prefetch(path, PatientIdentifier.objects.order_by("id"))


def by_recording(rows: Iterable[Model]) -> dict[int, list]:
    grouped: dict[int, list] = defaultdict(list)
    for row in rows:
        grouped[row.recording_id].append(row)  # type: ignore[attr-defined]
    return grouped
