"""Statements of machines and results of algorithms as printed: who says it, what became of it."""

from __future__ import annotations

import zoneinfo
from typing import Any

from apps.reports.pdf.content import AlgorithmResult, StatementRow
from apps.reports.printed_numbers import SOURCES
from apps.reports.printed_times import text_of

EVIDENCE = {
    "qtc_fridericia_ms": ("QTc", " ms"),
    "qrs_ms": ("QRS", " ms"),
    "pr_ms": ("PR", " ms"),
    "qrs_axis_deg": ("QRS axis", "°"),
    "heart_rate_bpm": ("HR", " /min"),
    "limit_ms": ("threshold", " ms"),
}
NO_STATEMENT = "no statement. That does not mean a normal ECG"
# Why there is no result, in the words of the pages.
WITHOUT = {
    "queued": "pending · sent {asked}",
    "not_eligible": "not eligible · {reason}",
    "failed_final": "unavailable · asked {asked}",
}
Row = dict[str, Any]


def statement_row(row: Row, zone: zoneinfo.ZoneInfo) -> StatementRow:
    words = [SOURCES[row["source"]].lower(), row["method"]]
    source = " ".join(word for word in words if word)
    decision = row["decision"]
    verdict = decision["verdict"] if decision else ""
    return StatementRow(row["text"], source, decision_text(decision, zone), verdict)


def decision_text(decision: Row | None, zone: zoneinfo.ZoneInfo) -> str:
    """Accepted or overridden, by whom, when and why; empty where nobody decided."""
    if decision is None:
        return ""
    who = f"by {decision['by']}, {text_of(decision['at'], zone)}"
    why = f": {decision['reason']}" if decision["reason"] else ""
    return f"{decision['verdict'].capitalize()} {who}{why}"


def result_row(row: Row, zone: zoneinfo.ZoneInfo) -> AlgorithmResult:
    return AlgorithmResult(
        name=row["name"],
        version=row["version"],
        output=_output(row, zone),
        intended_use=row["intended_use"],
        limits=row["limits"],
        notes=tuple(_notes(row, zone)),
    )


def _output(row: Row, zone: zoneinfo.ZoneInfo) -> str:
    if row["status"] in WITHOUT:
        asked = text_of(row["asked_at"], zone)
        return WITHOUT[row["status"]].format(
            asked=asked or "not known", reason=row["reason"] or "not stated"
        )
    said = zip(row["statements"], row["evidence"], strict=True)
    return "; ".join(f"{text}{_evidence(evidence)}" for text, evidence in said) or NO_STATEMENT


def _evidence(evidence: Row) -> str:
    """“ (PR 214 ms, threshold 200 ms)”; parts without a word here are left out."""
    parts = [
        f"{EVIDENCE[name][0]} {value:.0f}{EVIDENCE[name][1]}".replace("-", "\N{MINUS SIGN}")
        for name, value in evidence.items()
        if name in EVIDENCE and isinstance(value, int | float)
    ]
    return f" ({', '.join(parts)})" if parts else ""


def _notes(row: Row, zone: zoneinfo.ZoneInfo) -> list[str]:
    decided = zip(row["statements"], row["decisions"], strict=True)
    notes = [f"{text}: {decision_text(one, zone)}" for text, one in decided if one]
    if row["late"]:
        at, version = text_of(row["late"]["at"], zone), row["late"]["version"]
        notes.append(f"Arrived after signing ({at}). Not part of version {version}.")
    return notes
