"""The versions of a report that were signed before, oldest first: who, when and why."""

from __future__ import annotations

from typing import Any

from apps.reports.models import Report, ReportVersion, Signature

OF_KINDS = {
    ReportVersion.Kind.ADDENDUM.value: "addended",
    ReportVersion.Kind.RETRACTION.value: "retracted",
}


def event_of(kind: str, number: int) -> str:
    """What a version made of the report, by its name in `printed_history.EVENTS`."""
    return OF_KINDS.get(str(kind), "signed" if number == 1 else "amended")


def history_of(report: Report) -> list[dict[str, Any]]:
    """One row an event: `kind` names it in `printed_history.EVENTS`."""
    if not report.version_count:
        return []
    rows = Signature.objects.select_related("version").filter(version__report=report)
    return [_signed(row) for row in rows.order_by("version__number")]


def _signed(row: Signature) -> dict[str, Any]:
    version = row.version
    return {
        "kind": event_of(version.kind, version.number),
        "version": version.number,
        "at": row.signed_at.isoformat(),
        "by": row.printed_name,
        "reason": version.amendment_reason,
    }
