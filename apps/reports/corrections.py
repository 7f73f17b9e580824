"""Deciding whose ECG it is: what a signed report prints changes by an amendment only."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from apps.audit import actions as audit
from apps.ecg.models import Recording
from apps.ingestion import cases
from apps.ingestion.cases import Verdict
from apps.ingestion.models import IdentityCase
from apps.reports.criticals import raise_by_rules
from apps.reports.fresh import is_retracted, open_report
from apps.reports.models import Report
from apps.reports.state import state_of
from apps.tenants.models import User


@transaction.atomic
def decide_case(
    case: IdentityCase, verdict: Verdict, *, by: User, now: dt.datetime
) -> IdentityCase:
    """Carried out at once while the report is open, else once it is amended.

    Raises NotDecidable.
    """
    may_change = _holds_open(case.recording)
    case = cases.decide(case, verdict, by=by, now=now, may_change=may_change)
    return _read_anew(case, by, now)


@transaction.atomic
def carry_out_case(case: IdentityCase, *, by: User, now: dt.datetime) -> IdentityCase:
    """What was decided, now that the report is being amended. Raises NotDecidable."""
    case = cases.carry_out(case, by=by, now=now, may_change=_holds_open(case.recording))
    return _read_anew(case, by, now)


def _read_anew(case: IdentityCase, by: User, now: dt.datetime) -> IdentityCase:
    """Whose it is has been decided: a recording whose report was retracted is read once more."""
    recording = case.recording
    if case.state != IdentityCase.State.CLOSED or not is_retracted(recording):
        return case
    report = open_report(recording)
    if report is not None:
        name = str(recording.public_id)
        audit.record("reports.report.drafted", report, actor=by, recording=name, **state_of(report))
        raise_by_rules(report, now)
    return case


def _holds_open(recording: Recording) -> bool:
    """True where no report is signed, which nobody can do until this transaction ends.

    One that was retracted holds nothing: it says of itself that it is of another patient.
    """
    rows = Report.objects.select_for_update(no_key=True).filter(recording=recording)
    report = rows.exclude(status=Report.Status.ENTERED_IN_ERROR).first()
    return report is None or report.status in Report.OPEN
