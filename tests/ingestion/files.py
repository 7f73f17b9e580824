"""Files of an invented patient, and bringing them in without the stages that follow."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from django.db import transaction

from apps.audit.models import AuditEvent
from apps.core import drain, leases
from apps.core.scope import organization_scope
from apps.ecg.formats.canonical import PatientIdentity, Waveform
from apps.ecg.formats.dicom.writer import DicomOptions
from apps.ingestion.actions import Accepted, accept
from apps.ingestion.models import Ingress, RecordingArrival
from apps.tenants.models import Organization
from tests.factories import inside, make_waveform
from tests.formats import ecgs

LOCAL = dt.datetime(2026, 3, 2, 9, 30)  # noqa: DTZ001 - a cart writes local time
PLAIN = DicomOptions(seed="tests")
OTHER_EXPORT = DicomOptions(seed="tests", general=True)

_keys = itertools.count(1)


def person(**changes: Any) -> PatientIdentity:
    fields = {
        "family_name": "Ashdown",
        "given_name": "Wilma",
        "identifier": "MRN-4711",
        "assigning_authority": "TRUST",
        "born_on": dt.date(1961, 4, 9),
        "sex": "F",
    }
    return PatientIdentity(**(fields | changes))


def ecg_file(
    signal: int | Waveform = 1, options: DicomOptions = PLAIN, at: Any = LOCAL, **fields: Any
) -> bytes:
    """A 12-lead file; the same signal under other options is other bytes."""
    waveform = signal if isinstance(signal, Waveform) else make_waveform(seed=signal)
    return ecgs.file(waveform, options, **({"patient": person(), "acquired_local": at} | fields))


def small_file(number: int, options: DicomOptions = PLAIN) -> bytes:
    """One of many, small to make and to read: of each patient three, each another signal."""
    patient = person(identifier=f"MRN-{number // 3}")
    return ecg_file(make_waveform(rate_hz=250, seed=number), options, patient=patient)


def send(organization: Organization, data: bytes, **given: Any) -> Accepted:
    """Through the door, as a view does: in the scope, with no transaction open."""
    fields = {"source": "web", "filename": "ecg.dcm", "idem_key": f"key {next(_keys)}"} | given
    with organization_scope(organization.pk):
        return accept(chunks=[data], **fields)


def process_waiting() -> None:
    """Every waiting file to its outcome."""
    for lane in leases.LANES:
        while lease := leases.claim(Ingress, lane):
            drain.work(lease)


def bring_in(organization: Organization, data: bytes, **given: Any) -> Ingress:
    """One file from the door to its outcome."""
    row = send(organization, data, **given).ingress
    process_waiting()
    return reloaded(row)


def reloaded(row: Ingress) -> Ingress:
    with organization_scope(row.organization_id), transaction.atomic():
        related = ("recording__patient", "organization")
        return Ingress.objects.select_related(*related).get(pk=row.pk)


def arrivals_of(organization: Organization) -> list[RecordingArrival]:
    with inside(organization):
        return list(RecordingArrival.objects.order_by("id"))


def codes_of(organization: Organization) -> list[str]:
    """What the organization's trail says, oldest first."""
    with inside(organization):
        return list(AuditEvent.objects.order_by("seq").values_list("code", flat=True))
