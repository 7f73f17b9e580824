"""Machine statements and algorithm results as the rail lists them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.core.leases import Leased
from apps.ecg.model_recording import Source
from apps.ecg.models import Finding
from apps.inference.models import InferenceRun
from apps.reports.decisions import Said
from apps.reports.models import StatementDecision

EVIDENCE = {
    "qtc_fridericia_ms": ("QTc", "ms"),
    "qrs_ms": ("QRS", "ms"),
    "pr_ms": ("PR", "ms"),
    "qrs_axis_deg": ("QRS axis", "°"),
    "heart_rate_bpm": ("HR", "/min"),
    "limit_ms": ("limit", "ms"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader may see: sources hidden from them, and what was decided by subject."""

    hidden: frozenset[str] = frozenset()
    decisions: Mapping[str, StatementDecision] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statement:
    text: str
    evidence: str
    source: str
    on_prior: bool
    subject: str
    decision: StatementDecision | None


def shown_to_reader(
    shown: Shown,
    findings: list[Finding],
    prior: list[Finding],
    runs: list[InferenceRun],
    signed_at: dt.datetime | None,
) -> dict[str, Any]:
    """The rail's statements and results; of what is hidden only how many there are."""
    said = machine_statements(findings, prior, shown.decisions)
    results = algorithm_results(runs, signed_at, shown.decisions)
    hides_said, hides_results = Source.DEVICE in shown.hidden, Source.MODEL in shown.hidden
    return {
        "statements": [] if hides_said else said,
        "results": [] if hides_results else results,
        "hidden": bool(shown.hidden),
        "hidden_statements": len(said) if hides_said else 0,
        "hidden_results": len(results) if hides_results else 0,
    }


def machine_statements(
    findings: Iterable[Finding],
    prior: Iterable[Finding] = (),
    decisions: Mapping[str, StatementDecision] | None = None,
) -> list[Statement]:
    """Those of the device and the platform; an algorithm's are shown as its result."""
    decided = decisions or {}
    before = {finding.text.casefold() for finding in prior}
    return [
        Statement(
            finding.text,
            evidence_in_words(finding.evidence),
            source_in_words(finding),
            finding.text.casefold() in before,
            subject,
            decided.get(subject),
        )
        for finding in findings
        if finding.source in (Source.DEVICE, Source.PLATFORM)
        for subject in [Said(finding.source, finding.method, finding.text).subject]
    ]


def source_in_words(finding: Finding) -> str:
    """device, or platform with its version."""
    _, _, version = finding.method.partition("@")
    return " ".join(part for part in (str(Source(finding.source).label).lower(), version) if part)


def evidence_in_words(evidence: dict[str, Any]) -> str:
    """The numbers behind a statement; parts without a word here are left out."""
    parts = []
    for name, value in evidence.items():
        if name in EVIDENCE and isinstance(value, int | float):
            label, unit = EVIDENCE[name]
            gap = "" if unit == "°" else " "
            parts.append(f"{label} {value:.0f}{gap}{unit}".replace("-", "\N{MINUS SIGN}"))
    return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class AlgorithmResult:
    """One algorithm's run: `waiting` says why there is no result, where there is none."""

    name: str
    version: str
    intended_use: str
    limits: str
    statements: tuple[Statement, ...]
    waiting: str
    detail: str
    asked_at: dt.datetime
    late_at: dt.datetime | None


def algorithm_results(
    runs: Iterable[InferenceRun],
    signed_at: dt.datetime | None = None,
    decisions: Mapping[str, StatementDecision] | None = None,
) -> list[AlgorithmResult]:
    return [_result(run, signed_at, decisions or {}) for run in runs]


def _told(
    run: InferenceRun, part: dict[str, Any], decisions: Mapping[str, StatementDecision]
) -> Statement:
    subject = Said(Source.MODEL, str(run.algorithm_version), part["text"]).subject
    words = evidence_in_words(part.get("evidence", {}))
    return Statement(part["text"], words, "AI", False, subject, decisions.get(subject))


def _result(
    run: InferenceRun,
    signed_at: dt.datetime | None,
    decisions: Mapping[str, StatementDecision],
) -> AlgorithmResult:
    version = run.algorithm_version
    waiting, detail = _waiting(run)
    late = bool(signed_at and run.accepted_at and run.accepted_at > signed_at)
    found = run.output.get("statements", []) if run.status == run.Status.SUCCEEDED else []
    return AlgorithmResult(
        name=version.algorithm.name,
        version=f"{version.algorithm.slug} {version.version}",
        intended_use=version.algorithm.intended_use,
        limits=version.algorithm.limits,
        statements=tuple(_told(run, part, decisions) for part in found),
        waiting=waiting,
        detail=detail,
        asked_at=run.created_at,
        late_at=run.accepted_at if late else None,
    )


def _waiting(run: InferenceRun) -> tuple[str, str]:
    if run.status == run.Status.SUCCEEDED:
        return "", ""
    if run.status == run.Status.NOT_ELIGIBLE:
        return "not eligible", run.reason
    if run.status == run.Status.FAILED_FINAL or run.state == Leased.State.DEAD:
        return "unavailable", "sign without it"
    return "pending", ""
