"""What a report's status is called in HL7 v2 and in FHIR: the only such table."""

from __future__ import annotations

from dataclasses import dataclass

from apps.core.errors import PermanentError
from apps.reports.models import Report, ReportVersion


@dataclass(frozen=True, slots=True)
class ResultStatus:
    """`obx_added` marks lines that are new in this version, `obx` all the others."""

    obr: str  # OBR-25, HL7 table 0123, where A means "some results available", never amended
    obx: str  # OBX-11, HL7 table 0085
    fhir: str  # DiagnosticReport.status
    obx_added: str

    @property
    def reviewed(self) -> bool:
        """False while no clinician has signed the content."""
        return self.obr not in ("R", "P")


_STATUSES = {
    "draft": ResultStatus("R", "R", "preliminary", "R"),
    "preliminary": ResultStatus("P", "P", "preliminary", "P"),
    "confirmed": ResultStatus("P", "P", "preliminary", "P"),
    "signed": ResultStatus("F", "F", "final", "F"),
    "locked": ResultStatus("F", "F", "final", "F"),
    "amended": ResultStatus("C", "C", "amended", "C"),
    "addended": ResultStatus("C", "C", "appended", "F"),
    "entered_in_error": ResultStatus("C", "W", "entered-in-error", "W"),
    "inadequate": ResultStatus("X", "X", "cancelled", "X"),
    "cancelled": ResultStatus("X", "X", "cancelled", "X"),
}


# What a signed version makes of the result; an amendment is a reading after the first.
OF_KINDS = {
    ReportVersion.Kind.ADDENDUM: "addended",
    ReportVersion.Kind.RETRACTION: "entered_in_error",
}


def event_of(version: ReportVersion) -> str:
    """What sending the version tells a receiver, by a name of the table."""
    reading = "signed" if version.number == 1 else "amended"
    return OF_KINDS.get(ReportVersion.Kind(version.kind), reading)


def standing(report: Report, newest: ReportVersion | None) -> str:
    """How a report stands for whoever receives results, by a name of the table.

    One that is being amended, or is locked, stands as its newest version says.
    """
    if newest is not None:
        return event_of(newest)
    if report.status == Report.Status.INADEQUATE:
        return "inadequate"
    return "preliminary" if report.submitted_at else "draft"


def result_status(report_status: str) -> ResultStatus:
    """The codes of one report status; PermanentError for a status that has none."""
    try:
        return _STATUSES[report_status]
    except KeyError:
        raise PermanentError("result_status_unknown") from None
