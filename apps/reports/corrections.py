"""Deciding whose ECG it is: what a signed report prints changes by an amendment only.

Another patient, by no amendment: the signed report is retracted, and the recording read anew.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from apps.audit import actions as audit
from apps.ecg.models import PatientIdentifier, Recording
from apps.ingestion import cases
from apps.ingestion.cases import Decision, NotDecidable, Verdict
from apps.ingestion.models import IdentityCase, RecordingArrival
from apps.reports.criticals import raise_by_rules
from apps.reports.fresh import is_retracted, open_report
from apps.reports.models import Report
from apps.reports.state import state_of
from apps.tenants.models import User

AMENDMENT, RETRACTION = "amendment", "retraction"


@transaction.atomic
def decide_case(
    case: IdentityCase, verdict: Verdict, *, by: User, now: dt.datetime
) -> IdentityCase:
    """Carried out at once while the report is open, else once it is amended or retracted.

    Raises NotDecidable.
    """
    may_change = not waits_for(case.recording, verdict.decision, verdict.chosen, hold=True)
    case = cases.decide(case, verdict, by=by, now=now, may_change=may_change)
    return _read_anew(case, by, now)


@transaction.atomic
def approve_case(case: IdentityCase, *, viewed: str, by: User, now: dt.datetime) -> IdentityCase:
    """By a second person: carried out as soon as the report allows it. Raises NotDecidable."""
    may_change = not waits_for(case.recording, case.decision, case.chosen, hold=True)
    case = cases.approve(case, viewed=viewed, by=by, now=now, may_change=may_change)
    return _read_anew(case, by, now)


@transaction.atomic
def carry_out_case(case: IdentityCase, *, by: User, now: dt.datetime) -> IdentityCase:
    """What was decided, now that the report is amended or retracted. Raises NotDecidable."""
    waits = waits_for(case.recording, case.decision, case.chosen, hold=True)
    if waits == RETRACTION:
        raise NotDecidable("The signed report is of another patient: it must be retracted first.")
    case = cases.carry_out(case, by=by, now=now, may_change=not waits)
    return _read_anew(case, by, now)


def waits_for(
    recording: Recording, decision: str, chosen: RecordingArrival | None, *, hold: bool = False
) -> str:
    """What a decision waits for: nothing, an amendment, or a retraction.

    With `hold`, nobody can sign until this transaction ends.
    """
    rows = Report.objects.filter(recording=recording)
    if hold:
        rows = rows.select_for_update(no_key=True)
    # One that was retracted says of itself that it is of another patient.
    report = rows.exclude(status=Report.Status.ENTERED_IN_ERROR).first()
    if report is None or (not report.version_count and report.status in Report.OPEN):
        return ""
    if decision == Decision.NEW_PATIENT:
        return RETRACTION
    if decision == Decision.MOVE and chosen is not None and _is_another(recording, chosen):
        return RETRACTION
    return "" if report.status in Report.OPEN else AMENDMENT


def _is_another(recording: Recording, chosen: RecordingArrival) -> bool:
    """Whether the copy's number is none of the patient's whose ECG it is said to be."""
    stated = chosen.identity
    numbers = PatientIdentifier.objects.filter(
        patient=recording.patient_id,
        value=stated["identifier"],
        assigning_authority=stated["assigning_authority"],
    )
    return not numbers.exists()


def _read_anew(case: IdentityCase, by: User, now: dt.datetime) -> IdentityCase:
    """Whose it is has been decided: a recording whose report was retracted is read once more."""
    if case.state != IdentityCase.State.CLOSED or not is_retracted(case.recording):
        return case
    recording = Recording.objects.select_related("patient").get(pk=case.recording_id)
    report = open_report(recording)
    if report is not None:
        name = str(recording.public_id)
        audit.record("reports.report.drafted", report, actor=by, recording=name, **state_of(report))
        raise_by_rules(report, now)
    return case
