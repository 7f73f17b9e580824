"""What became of a report, as printed. A kind of event is one row."""

from __future__ import annotations

import zoneinfo
from typing import Any

from apps.reports.pdf.content import Event
from apps.reports.printed_times import text_of

EVENTS = {
    "signed": "Signed",
    "amended": "Amended",
    "addended": "Addendum",
    "retracted": "Entered in error",
}


def history_rows(rows: list[dict[str, Any]], zone: zoneinfo.ZoneInfo) -> tuple[Event, ...]:
    """Oldest first, the version being signed last."""
    return tuple(
        Event(
            row["version"], EVENTS[row["kind"]], text_of(row["at"], zone), row["by"], row["reason"]
        )
        for row in rows
    )
