"""A recording with everything a report can say of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils import timezone

from apps.ecg.models import Device, Finding, Measurement, Recording
from apps.inference.models import InferenceRun
from apps.tenants.models import Organization, Site
from tests.factories import inside, make_patient
from tests.inference.subjects import METHOD, infer, make_measured

ACQUIRED = dt.datetime(2026, 7, 1, 8, 15, 30, tzinfo=dt.UTC)
DEVICE_NUMBERS = {"heart_rate_bpm": ("71.5", "/min", ""), "qtc_ms": ("418", "ms", "")}


def make_full_recording(organization: Organization) -> Recording:
    """With a prior, numbers and statements of every source, and an accepted run."""
    patient = make_patient(
        organization, mrn="MRN-88", family_name="Full", born_on=dt.date(1956, 7, 2)
    )
    make_measured(organization, patient=patient, acquired_at=ACQUIRED - dt.timedelta(days=90))
    with inside(organization):
        site = Site.objects.create(
            organization=organization, name="Ward 7", time_zone="America/Chicago"
        )
        device = Device.objects.create(
            organization=organization, manufacturer="Acme", model_name="Cart 1", software="2.1"
        )
    recording = make_measured(
        organization, patient=patient, acquired_at=ACQUIRED, site=site, device=device
    )
    with inside(organization):
        _device_says(recording)
    infer(recording)
    return recording


def _device_says(recording: Recording) -> None:
    place = {"organization": recording.organization, "recording": recording}
    for name, (value, unit, method) in DEVICE_NUMBERS.items():
        Measurement.objects.create(
            **place, name=name, value=Decimal(value), unit=unit, source="device", method=method
        )
    for source, method, text in (
        ("device", "", "ABNORMAL ECG"),
        ("platform", METHOD, "Rate within limits"),
    ):
        Finding.objects.create(**place, source=source, method=method, ordinal=1, text=text)


def accept_late_result(recording: Recording) -> None:
    """As if the algorithm answered once more, after the report was signed."""
    with inside(recording.organization):
        Finding.objects.create(
            organization=recording.organization,
            recording=recording,
            source="model",
            method="late@1.0.0",
            ordinal=1,
            text="Late statement",
        )
        InferenceRun.objects.filter(recording=recording).update(
            output={"statements": [{"text": "Late statement"}]}, accepted_at=timezone.now()
        )
