"""A new recording from a decoded file: signal, device numbers and statements, warnings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
from django.db.models import QuerySet

from apps.audit import actions as audit
from apps.core.compiled import Compiled
from apps.ecg import waveforms
from apps.ecg.formats.canonical import DecodedEcg, DecodeWarning
from apps.ecg.formats.flat import fields_of
from apps.ecg.formats.identity import OLDEST_YEARS
from apps.ecg.formats.quality import clock_warnings
from apps.ecg.model_recording import Source
from apps.ecg.models import Device, Finding, Measurement, Recording
from apps.ingestion.acquired import Acquired
from apps.ingestion.identity import find_or_create_patient
from apps.ingestion.models import Ingress

# The generator of the demo and the tests names itself as the manufacturer.
SYNTHETIC = "Einthoven"

PATIENT_DIFFERS = DecodeWarning(
    "patient-differs",
    "The file's name, birth date or sex differs from the patient held under this number.",
)


EXPERIMENTAL = DecodeWarning(
    "experimental-format",
    "Experimental: no real file proves yet that this kind of file is read rightly.",
)


def create_recording(
    ingress: Ingress, ecg: DecodedEcg, signal: str, stated: dict[str, Any], when: Acquired
) -> Recording:
    """Write everything a file says; `signal` is its canonical hash.

    Call inside the transaction that finishes its lease.
    """
    patient, contradicts = find_or_create_patient(stated, ingress.organization)
    clock = clock_warnings(ecg, ingress.received_at)
    warnings = [*ecg.warnings, *clock, *when.warnings, *([PATIENT_DIFFERS] if contradicts else [])]
    warnings += [EXPERIMENTAL] if ecg.experimental else []
    recording = Recording.objects.create(
        organization_id=ingress.organization_id,
        patient=patient,
        device=None if ingress.is_canary else _device(ingress, ecg),
        site=ingress.site,
        acquired_at=when.at,
        acquired_local=when.local,
        acquired_zone=when.zone,
        time_source=ecg.time_source,
        stated_age_years=_stated_age(ecg),
        received_at=ingress.received_at,
        priority=ingress.priority,
        accession_number=ecg.accession_number,
        format=ecg.format,
        decoder=ecg.decoder,
        sampling_rate_hz=ecg.rhythm.sampling_rate_hz,
        samples=ecg.rhythm.samples,
        lead_names=list(ecg.rhythm.lead_names()),
        electrode_system=ecg.electrode_system,
        filters=fields_of(ecg.filters),
        canonical_hash=signal,
        links_by_hash=not ingress.is_canary and _proves_identity(ecg),
        sop_instance_uid=ecg.sop_instance_uid,
        study_instance_uid=ecg.study_instance_uid,
        original_sha256=ingress.sha256,
        warnings=[fields_of(warning) for warning in warnings],
        checks=[fields_of(check) for check in ecg.checks],
        overrides=[fields_of(override) for override in ecg.overrides],
        is_experimental=ecg.experimental,
        is_synthetic=ecg.vendor.startswith(SYNTHETIC),
        is_canary=ingress.is_canary,
        trace_id=ingress.trace_id,
    )
    waveforms.store(recording, *([ecg.rhythm, ecg.median] if ecg.median else [ecg.rhythm]))
    _device_numbers(recording, ecg)
    _device_statements(recording, ecg)
    audit.record("ecg.recording.created", recording, sha256=ingress.sha256)
    return recording


@Compiled
def _devices(**named: str) -> QuerySet[Device]:
    return Device.objects.filter(**named)


def _stated_age(ecg: DecodedEcg) -> Decimal | None:
    """None for what no patient can be: it would choose the limits of statements."""
    years = ecg.patient.age_years
    if years is None or not 0 <= years <= OLDEST_YEARS:
        return None
    return Decimal(str(years)).quantize(Decimal("0.01"))


def _device(ingress: Ingress, ecg: DecodedEcg) -> Device | None:
    if not (ecg.vendor or ecg.model or ecg.device_serial):
        return None
    named: dict[str, Any] = {
        "manufacturer": ecg.vendor[:64],
        "model_name": ecg.model[:64],
        "serial_number": ecg.device_serial[:64],
        "software": ecg.software[:64],
    }
    for held in _devices(**named):
        return held
    device, _ = Device.objects.get_or_create(organization_id=ingress.organization_id, **named)
    return device


def _proves_identity(ecg: DecodedEcg) -> bool:
    """A flat signal, or a device's demonstration, is of everybody: it links nothing."""
    return not ecg.is_demo and bool(np.ptp(ecg.rhythm.counts, axis=0).any())


def _device_numbers(recording: Recording, ecg: DecodedEcg) -> None:
    Measurement.objects.bulk_create(
        [
            Measurement(
                organization_id=recording.organization_id,
                recording=recording,
                name=number.name,
                value=Decimal(str(number.value)),
                unit=number.unit,
                source=Source.DEVICE,
                method=number.method[:64],
                lead=number.lead[:8],
                original_code=number.original_code[:64],
                raw_text=number.raw_text[:64],
            )
            for number in ecg.measurements
        ],
        ignore_conflicts=True,
    )


def _device_statements(recording: Recording, ecg: DecodedEcg) -> None:
    Finding.objects.bulk_create(
        [
            Finding(
                organization_id=recording.organization_id,
                recording=recording,
                source=Source.DEVICE,
                method="",
                ordinal=ordinal,
                code=statement.code[:64],
                text=statement.text,
            )
            for ordinal, statement in enumerate(ecg.statements, start=1)
        ]
    )
