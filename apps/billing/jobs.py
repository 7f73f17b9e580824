"""Charging: a pure function of accepted runs and signed reports, each once."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from django.db import transaction

from apps.audit import actions as audit
from apps.billing.models import Charge, Meter, Price
from apps.core.errors import PermanentError
from apps.core.leases import Lease
from apps.ecg.jobs import finish_stage
from apps.ecg.models import StageRun
from apps.inference.models import InferenceRun
from apps.reports.models import ReportVersion
from apps.tenants.models import Organization


@dataclass(frozen=True, slots=True)
class Billable:
    """What happened: the subject is charged once for each meter."""

    meter: str
    subject_id: str
    occurred_at: dt.datetime


def charge(stage: StageRun, lease: Lease) -> None:
    """Write the charge of the stage's subject. Raises PermanentError without a price."""
    with transaction.atomic():
        billable = _billable(stage)
        if billable is not None:
            _record(stage, billable)
        finish_stage(stage, lease)


def _billable(stage: StageRun) -> Billable | None:
    kind, _, public_id = stage.subject.partition(":")
    if kind == "run":
        run = InferenceRun.objects.select_related("algorithm_version__algorithm").get(
            public_id=public_id
        )
        return _of_run(stage, run)
    if kind == "version":
        version = ReportVersion.objects.get(public_id=public_id)
        # One recording is read once; an amendment is not charged again.
        subject = str(stage.recording.public_id)
        return Billable(Meter.REPORT, subject, version.created_at)
    raise PermanentError("subject-unknown")


def _of_run(stage: StageRun, run: InferenceRun) -> Billable | None:
    """One recording and one algorithm's major version is one charge; other outcomes are free."""
    if run.status != InferenceRun.Status.SUCCEEDED or run.accepted_at is None:
        return None
    version = run.algorithm_version
    major = version.version.split(".")[0]
    subject = f"{stage.recording.public_id}:{version.algorithm.slug}:{major}"
    return Billable(Meter.INFERENCE, subject, run.accepted_at)


def _record(stage: StageRun, billable: Billable) -> None:
    zone = zoneinfo.ZoneInfo(Organization.objects.get(pk=stage.organization_id).time_zone)
    day = billable.occurred_at.astimezone(zone).date()
    price = Price.objects.filter(meter=billable.meter, effective_from__lte=day).first()
    if price is None:
        raise PermanentError("price-missing")
    row = Charge(
        organization_id=stage.organization_id,
        meter=billable.meter,
        subject_id=billable.subject_id,
        recording=stage.recording,
        unit_price=price.unit_price,
        currency=price.currency,
        occurred_at=billable.occurred_at,
        billed_on=day,
        trace_id=stage.trace_id,
    )
    Charge.objects.bulk_create([row], ignore_conflicts=True)
    if Charge.objects.filter(public_id=row.public_id).exists():
        audit.record("billing.charge.recorded", row, meter=billable.meter)
