"""Deciding whose ECG it is: what a signed report prints changes by an amendment only."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from apps.ecg.models import Recording
from apps.ingestion import cases
from apps.ingestion.cases import Verdict
from apps.ingestion.models import IdentityCase
from apps.reports.models import Report
from apps.tenants.models import User


@transaction.atomic
def decide_case(
    case: IdentityCase, verdict: Verdict, *, by: User, now: dt.datetime
) -> IdentityCase:
    """Carried out at once while the report is open, else once it is amended.

    Raises NotDecidable.
    """
    may_change = _holds_open(case.recording)
    return cases.decide(case, verdict, by=by, now=now, may_change=may_change)


@transaction.atomic
def carry_out_case(case: IdentityCase, *, by: User, now: dt.datetime) -> IdentityCase:
    """What was decided, now that the report is being amended. Raises NotDecidable."""
    return cases.carry_out(case, by=by, now=now, may_change=_holds_open(case.recording))


def _holds_open(recording: Recording) -> bool:
    """True where no report is signed, which nobody can do until this transaction ends."""
    report = Report.objects.select_for_update(no_key=True).filter(recording=recording).first()
    return report is None or report.status in Report.OPEN
