"""Measured recordings that wait for the algorithms, and working their stages off."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from apps.core import drain, leases
from apps.core.leases import Leased
from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.models import Analysis, Measurement, Patient, Recording
from apps.inference.models import InferenceRun
from apps.tenants.models import Organization
from tests.factories import inside, make_recording, make_stage_run

METHOD = "einthoven-measure@1.0.0"
NUMBERS = {
    "heart_rate_bpm": ("70", "/min"),
    "pr_ms": ("240.5", "ms"),
    "qrs_ms": ("92", "ms"),
    "qtc_fridericia_ms": ("421", "ms"),
    "qrs_axis_deg": ("40", "deg"),
}


def make_measured(
    organization: Organization,
    *,
    patient: Patient | None = None,
    pacing: bool = False,
    lead_names: tuple[str, ...] = STANDARD_LEADS,
    **fields: Any,
) -> Recording:
    """With a PR of 240.5 ms, and nothing else beyond a limit."""
    recording = make_recording(organization, patient=patient, lead_names=list(lead_names), **fields)
    with inside(organization):
        Analysis.objects.create(
            organization=organization,
            recording=recording,
            algorithm=METHOD,
            rhythm={"pacing_suspected": pacing},
        )
        Measurement.objects.bulk_create(
            Measurement(
                organization=organization,
                recording=recording,
                name=name,
                value=Decimal(value),
                unit=unit,
                source="platform",
                method=METHOD,
            )
            for name, (value, unit) in NUMBERS.items()
        )
    return recording


def work_all(*models: type[Leased]) -> None:
    """Everything that waits in these tables, whatever it leads to."""
    for model in models:
        while lease := leases.claim(model, leases.LIVE):
            drain.work(lease)


def infer(recording: Recording) -> InferenceRun:
    """The one run of a recording, carried out."""
    run = make_stage_run(recording, "infer")
    drain.work(leases.claim(type(run), leases.LIVE))
    work_all(InferenceRun)
    with inside(recording.organization):
        return InferenceRun.objects.select_related("algorithm_version__algorithm").get(
            recording=recording
        )
