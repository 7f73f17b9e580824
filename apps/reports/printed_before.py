"""A snapshot that was signed in an earlier form, printed once more beneath an addendum."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

NO_BEATS = {"algorithm": "", "peaks": [], "borders": {}, "moved": []}


def completed(snapshot: Row) -> Row:
    """With nothing in place of what `report-1` did not hold; a newer one as it is."""
    if snapshot["template"] != "report-1":
        return snapshot
    prior = snapshot["prior"]
    return {
        **snapshot,
        "patient": {"nhs_number": "", **snapshot["patient"]},
        "beats": NO_BEATS,
        "calipers": [],
        "statements": [{"decision": None, **row} for row in snapshot["statements"]],
        "algorithm_results": [_result(row) for row in snapshot["algorithm_results"]],
        "prior": {"not_compared": "", **prior} if prior else None,
        "history": [],
    }


def _result(row: Row) -> Row:
    count = len(row["statements"])
    unknown = {"asked_at": "", "late": None}
    return {**unknown, "evidence": [{}] * count, "decisions": [None] * count, **row}
