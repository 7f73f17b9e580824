"""Machine statements and algorithm results as the rail lists them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apps.core.leases import Leased
from apps.ecg.model_recording import Source
from apps.ecg.models import Finding
from apps.inference.models import InferenceRun

EVIDENCE = {
    "qtc_fridericia_ms": ("QTc", "ms"),
    "qrs_ms": ("QRS", "ms"),
    "pr_ms": ("PR", "ms"),
    "qrs_axis_deg": ("QRS axis", "°"),
    "heart_rate_bpm": ("HR", "/min"),
    "limit_ms": ("limit", "ms"),
}


@dataclass(frozen=True, slots=True)
class Statement:
    text: str
    evidence: str
    source: str
    on_prior: bool


def machine_statements(
    findings: Iterable[Finding], prior: Iterable[Finding] = ()
) -> list[Statement]:
    """Those of the device and the platform; an algorithm's are shown as its result."""
    before = {finding.text.casefold() for finding in prior}
    return [
        Statement(
            finding.text,
            evidence_in_words(finding.evidence),
            source_in_words(finding),
            finding.text.casefold() in before,
        )
        for finding in findings
        if finding.source in (Source.DEVICE, Source.PLATFORM)
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
    statements: tuple[tuple[str, str], ...]
    waiting: str
    detail: str
    asked_at: dt.datetime
    late_at: dt.datetime | None


def algorithm_results(
    runs: Iterable[InferenceRun], signed_at: dt.datetime | None = None
) -> list[AlgorithmResult]:
    return [_result(run, signed_at) for run in runs]


def _result(run: InferenceRun, signed_at: dt.datetime | None) -> AlgorithmResult:
    version = run.algorithm_version
    waiting, detail = _waiting(run)
    late = bool(signed_at and run.accepted_at and run.accepted_at > signed_at)
    found = run.output.get("statements", []) if run.status == run.Status.SUCCEEDED else []
    return AlgorithmResult(
        name=version.algorithm.name,
        version=f"{version.algorithm.slug} {version.version}",
        intended_use=version.algorithm.intended_use,
        limits=version.algorithm.limits,
        statements=tuple((s["text"], evidence_in_words(s.get("evidence", {}))) for s in found),
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
