"""The versions of a report that were signed before, oldest first: who, when and why."""

from __future__ import annotations

from typing import Any

from apps.reports.models import Report, Signature


def history_of(report: Report) -> list[dict[str, Any]]:
    """One row an event: `kind` names it in `printed_history.EVENTS`."""
    if not report.version_count:
        return []
    rows = Signature.objects.select_related("version").filter(version__report=report)
    return [_signed(row) for row in rows.order_by("version__number")]


def _signed(row: Signature) -> dict[str, Any]:
    version = row.version
    return {
        "kind": "signed" if version.number == 1 else "amended",
        "version": version.number,
        "at": row.signed_at.isoformat(),
        "by": row.printed_name,
        "reason": version.amendment_reason,
    }
