"""Charging: a pure function of accepted runs and signed reports, each once."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from apps.audit import actions as audit
from apps.billing.models import Charge, Meter, Price
from apps.core.errors import PermanentError
from apps.core.insert import insert_unless_there
from apps.ecg.models import StageRun
from apps.inference.models import InferenceRun
from apps.reports.models import ReportVersion


@dataclass(frozen=True, slots=True)
class Billable:
    """What happened: the subject is charged once for each meter."""

    meter: str
    subject_id: str
    occurred_at: dt.datetime
    zone: zoneinfo.ZoneInfo


def charge(stage: StageRun) -> None:
    """Write the charge of the stage's subject. Raises PermanentError without a price."""
    billable = _billable(stage)
    if billable is not None:
        _record(stage, billable)


def _billable(stage: StageRun) -> Billable | None:
    kind, _, public_id = stage.subject.partition(":")
    if kind == "run":
        return _of_run(stage, public_id)
    if kind == "version":
        rows = ReportVersion.objects.values_list("created_at", "organization__time_zone")
        created_at, zone = rows.get(public_id=public_id)
        # One recording is read once; an amendment is not charged again.
        subject = str(stage.recording.public_id)
        return Billable(Meter.REPORT, subject, created_at, zoneinfo.ZoneInfo(zone))
    raise PermanentError("subject-unknown")


def _of_run(stage: StageRun, public_id: str) -> Billable | None:
    """One recording and one algorithm's major version is one charge; other outcomes are free."""
    status, accepted_at, version, slug, zone = InferenceRun.objects.values_list(
        "status",
        "accepted_at",
        "algorithm_version__version",
        "algorithm_version__algorithm__slug",
        "organization__time_zone",
    ).get(public_id=public_id)
    if status != InferenceRun.Status.SUCCEEDED or accepted_at is None:
        return None
    major = version.split(".")[0]
    subject = f"{stage.recording.public_id}:{slug}:{major}"
    return Billable(Meter.INFERENCE, subject, accepted_at, zoneinfo.ZoneInfo(zone))


def _record(stage: StageRun, billable: Billable) -> None:
    day = billable.occurred_at.astimezone(billable.zone).date()
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
    if insert_unless_there(row):
        audit.record("billing.charge.recorded", row, meter=billable.meter)
