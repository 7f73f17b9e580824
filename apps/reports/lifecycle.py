"""Which step a report's state allows, and who may take it: the one table of the lifecycle.

The database refuses the same (`app.refuse_report_change`), whatever the code does.
"""

from __future__ import annotations

from dataclasses import dataclass

from apps.reports.models import Report, ReportVersion

Status, Kind = Report.Status, ReportVersion.Kind


@dataclass(frozen=True, slots=True)
class Step:
    """`permission` is empty where the platform itself takes it."""

    permission: str
    allowed_in: frozenset[str]


def _step(permission: str, *statuses: str) -> Step:
    return Step(permission, frozenset(statuses))


STEPS: dict[str, Step] = {
    "edit": _step("edit_report", *Report.OPEN),
    "submit": _step("submit_report", *Report.OPEN),
    "sign": _step("sign_report", *Report.OPEN),
    "return": _step("edit_report", Status.DRAFT),
    "reopen": _step("edit_report", Status.INADEQUATE),
    "lock": _step("", *Report.CLOSED),
    "unlock": _step("unlock_report", Status.LOCKED),
    "amend": _step("sign_report", *Report.CLOSED),
    "add": _step("sign_report", *Report.FINAL),
    "ask_retraction": _step("ask_retraction", *Report.FINAL, Status.AMENDING),
    "retract": _step("approve_retraction", *Report.FINAL, Status.AMENDING),
}


def allows(report: Report, step: str) -> bool:
    return report.status in STEPS[step].allowed_in


def status_after(kind: str, number: int) -> Report.Status:
    """What a report is once a version of that kind and number is signed."""
    if kind == Kind.RETRACTION:
        return Status.ENTERED_IN_ERROR
    if kind == Kind.ADDENDUM:
        return Status.ADDENDED
    return Status.SIGNED if number == 1 else Status.AMENDED
