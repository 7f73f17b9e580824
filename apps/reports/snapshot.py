"""Everything a report says at one moment, as plain values: what is signed, printed and sent."""

from __future__ import annotations

import hashlib
import json
import zoneinfo
from typing import Any

from apps.ecg.age import age_years
from apps.ecg.model_recording import Source
from apps.ecg.models import Finding, Measurement, Patient, PatientIdentifier, Recording
from apps.inference.models import InferenceRun
from apps.reports.library import VERSION, coded_findings
from apps.reports.models import Report
from apps.reports.own_library import own_findings

TEMPLATE = "report-1"

Snapshot = dict[str, Any]


def take_snapshot(report: Report, interpretation: str) -> Snapshot:
    """Gather identity, signal, numbers, statements and results as they stand now."""
    recording = report.recording
    return {
        "template": TEMPLATE,
        "report": str(report.public_id),
        "recording": str(recording.public_id),
        "canonical_hash": recording.canonical_hash,
        "organization": recording.organization.name,
        "site": recording.site.name if recording.site else "",
        "patient": _patient(recording),
        "acquisition": _acquisition(recording),
        "measurements": _measurements(recording),
        "statements": _statements(recording),
        "algorithm_results": _results(recording),
        "warnings": recording.warnings,
        "is_synthetic": recording.is_synthetic,
        "interpretation": interpretation,
        "findings": _findings(interpretation),
        "prior": _prior(recording),
        "trace_id": str(recording.trace_id),
    }


def canonical_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Any) -> str:
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def zone_of(recording: Recording) -> zoneinfo.ZoneInfo:
    name = recording.site.time_zone if recording.site else recording.organization.time_zone
    return zoneinfo.ZoneInfo(name)


def identifier_of(patient: Patient) -> PatientIdentifier | None:
    return patient.identifiers.order_by("id").first()


def _patient(recording: Recording) -> dict[str, Any]:
    patient = recording.patient
    identifier = identifier_of(patient)
    return {
        "family_name": patient.family_name,
        "given_name": patient.given_name,
        "name_prefix": patient.name_prefix,
        "born_on": patient.born_on.isoformat() if patient.born_on else None,
        "age_years": age_years(patient, recording.acquired_at),
        "sex": patient.sex,
        "mrn": identifier.value if identifier else "",
        "assigning_authority": identifier.assigning_authority if identifier else "",
    }


def _acquisition(recording: Recording) -> dict[str, Any]:
    device = recording.device
    return {
        "acquired_at": recording.acquired_at.isoformat() if recording.acquired_at else None,
        "zone": zone_of(recording).key,
        "time_source": recording.time_source,
        "device": str(device) if device else "",
        "software": device.software if device else "",
        "electrode_system": recording.electrode_system,
        "filters": recording.filters,
        "accession_number": recording.accession_number,
        "original_sha256": recording.original_sha256,
        "decoder": recording.decoder,
    }


def _measurements(recording: Recording) -> list[dict[str, Any]]:
    rows = Measurement.objects.filter(recording=recording, lead="").order_by("source", "id")
    return [
        {
            "name": row.name,
            "value": format(row.value.normalize(), "f"),
            "unit": row.unit,
            "source": row.source,
            "method": row.method,
        }
        for row in rows
    ]


def _statements(recording: Recording) -> list[dict[str, Any]]:
    rows = Finding.objects.filter(recording=recording).exclude(source=Source.MODEL)
    return [
        {"text": row.text, "code": row.code, "source": row.source, "method": row.method}
        for row in rows.order_by("source", "method", "ordinal")
    ]


def _results(recording: Recording) -> list[dict[str, Any]]:
    """Accepted and declined runs; one still pending is not part of what is signed."""
    runs = (
        InferenceRun.objects.select_related("algorithm_version__algorithm")
        .filter(recording=recording)
        .exclude(status=InferenceRun.Status.QUEUED)
        .order_by("id")
    )
    return [_result(run) for run in runs]


def _result(run: InferenceRun) -> dict[str, Any]:
    algorithm = run.algorithm_version.algorithm
    return {
        "run": str(run.public_id),
        "name": algorithm.name,
        "version": str(run.algorithm_version),
        "status": run.status,
        "reason": run.reason,
        "statements": [row["text"] for row in run.output.get("statements", [])],
        "intended_use": algorithm.intended_use,
        "limits": algorithm.limits,
    }


def _findings(interpretation: str) -> dict[str, Any]:
    """What the reader says in statements of the library and of the organization, coded."""
    coded = coded_findings(interpretation)
    found: dict[str, Any] = {"library": VERSION, "codes": [row.code for row in coded]}
    own = own_findings(interpretation)
    return found | {"own": own} if own else found


def _prior(recording: Recording) -> dict[str, Any] | None:
    """The newest earlier recording of the same patient, with the platform's numbers on it."""
    if recording.acquired_at is None:
        return None
    # A recording without a time is never earlier than another.
    earlier = (
        Recording.objects.filter(patient=recording.patient, acquired_at__lt=recording.acquired_at)
        .order_by("-acquired_at", "-id")
        .first()
    )
    if earlier is None:
        return None
    numbers = Measurement.objects.filter(recording=earlier, source=Source.PLATFORM, lead="")
    return {
        "recording": str(earlier.public_id),
        "acquired_at": earlier.acquired_at.isoformat() if earlier.acquired_at else "",
        "values": {row.name: format(row.value.normalize(), "f") for row in numbers},
    }
