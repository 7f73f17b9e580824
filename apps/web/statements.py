"""Machine statements as the rail lists them, and what of the machine a reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.ecg.model_recording import Source
from apps.ecg.models import Finding
from apps.reports.decisions import Said
from apps.reports.models import StatementDecision
from apps.web.evidence import reason_in_words
from apps.web.results import AlgorithmResult, Statement, evidence_in_words


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader may see: sources hidden from them, and what was decided by subject."""

    hidden: frozenset[str] = frozenset()
    decisions: Mapping[str, StatementDecision] = field(default_factory=dict)


def shown_to_reader(
    shown: Shown,
    findings: list[Finding],
    prior: list[Finding],
    results: list[AlgorithmResult],
) -> dict[str, Any]:
    """The rail's statements and results; of what is hidden only how many there are."""
    said = machine_statements(findings, prior, shown.decisions)
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
            reason_in_words(finding.evidence),
        )
        for finding in findings
        if finding.source in (Source.DEVICE, Source.PLATFORM)
        for subject in [Said(finding.source, finding.method, finding.text).subject]
    ]


def source_in_words(finding: Finding) -> str:
    """device, or platform with its version."""
    _, _, version = finding.method.partition("@")
    return " ".join(part for part in (str(Source(finding.source).label).lower(), version) if part)
