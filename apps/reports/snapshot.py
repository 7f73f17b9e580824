"""Everything a report says at one moment, as plain values: what is signed, printed and sent."""

from __future__ import annotations

import hashlib
import json
import zoneinfo
from collections.abc import Iterable
from typing import Any

from apps.ecg.age import age_at
from apps.ecg.models import Measurement, Recording
from apps.ecg.nhs import NHS
from apps.ingestion.models import Order
from apps.ingestion.orders.links import current_link, numbers_of
from apps.reports import frozen_reader
from apps.reports.frozen_history import history_of
from apps.reports.frozen_prior import prior_of
from apps.reports.frozen_reader import read_trace
from apps.reports.frozen_said import spoken_of
from apps.reports.library import VERSION, coded_findings
from apps.reports.models import Report
from apps.reports.own_library import own_findings

TEMPLATE = "report-2"

Snapshot = dict[str, Any]


def take_snapshot(report: Report, interpretation: str) -> Snapshot:
    """Gather identity, signal, numbers, statements and results as they stand now."""
    recording = report.recording
    spoken, trace = spoken_of(report), read_trace(recording)
    measured = list(
        Measurement.objects.filter(recording=recording, lead="").order_by("source", "id")
    )
    return {
        "template": TEMPLATE,
        "report": str(report.public_id),
        "recording": str(recording.public_id),
        "canonical_hash": recording.canonical_hash,
        "organization": recording.organization.name,
        "site": recording.site.name if recording.site else "",
        "patient": _patient(recording),
        "acquisition": _acquisition(recording),
        "measurements": [*_measurements(measured), *frozen_reader.numbers(trace, measured)],
        "beats": frozen_reader.beats(trace),
        "calipers": frozen_reader.calipers(trace),
        "statements": spoken.statements,
        "algorithm_results": spoken.results,
        "warnings": recording.warnings,
        "is_synthetic": recording.is_synthetic,
        "interpretation": interpretation,
        "findings": _findings(interpretation),
        "prior": prior_of(recording),
        "history": history_of(report),
        "trace_id": str(recording.trace_id),
    }


def canonical_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Any) -> str:
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def zone_of(recording: Recording) -> zoneinfo.ZoneInfo:
    name = recording.site.time_zone if recording.site else recording.organization.time_zone
    return zoneinfo.ZoneInfo(name)


def _patient(recording: Recording) -> dict[str, Any]:
    patient = recording.patient
    identifiers = list(patient.identifiers.order_by("id"))
    identifier = identifiers[0] if identifiers else None
    numbers = [row.value for row in identifiers[1:] if row.assigning_authority in NHS]
    return {
        "family_name": patient.family_name,
        "given_name": patient.given_name,
        "name_prefix": patient.name_prefix,
        "born_on": patient.born_on.isoformat() if patient.born_on else None,
        "age_years": age_at(recording),
        "sex": patient.sex,
        "mrn": identifier.value if identifier else "",
        "assigning_authority": identifier.assigning_authority if identifier else "",
        "nhs_number": numbers[0] if numbers else "",
    }


def _acquisition(recording: Recording) -> dict[str, Any]:
    device, linked = recording.device, current_link(recording)
    order = {"order": _order(linked.order)} if linked else {}
    return order | {
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


def _order(order: Order) -> dict[str, str]:
    return numbers_of(order) | {"requester": order.requester}


def _measurements(rows: Iterable[Measurement]) -> list[dict[str, Any]]:
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


def _findings(interpretation: str) -> dict[str, Any]:
    """What the reader says in statements of the library and of the organization, coded."""
    coded = coded_findings(interpretation)
    found: dict[str, Any] = {"library": VERSION, "codes": [row.code for row in coded]}
    own = own_findings(interpretation)
    return found | {"own": own} if own else found
