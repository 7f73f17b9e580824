"""What algorithms say of a recording, in the words of the rail: a result, or why there is none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.ecg.model_recording import Source
from apps.inference.models import InferenceRun
from apps.inference.waits import Wait, is_unavailable
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
PENDING, NOT_ELIGIBLE, UNAVAILABLE = "pending", "not eligible", "unavailable"

Decisions = Mapping[str, StatementDecision]


@dataclass(frozen=True, slots=True)
class Statement:
    """`reason` is the criterion with every number, where the platform made the statement."""

    text: str
    evidence: str
    source: str
    on_prior: bool
    subject: str
    decision: StatementDecision | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """A number from 0 to 1 and, where the algorithm has one, the threshold it is held against."""

    value: float
    threshold: float | None

    @property
    def words(self) -> str:
        return f"{self.value:.2f}"

    @property
    def threshold_words(self) -> str:
        return "" if self.threshold is None else f"{self.threshold:.2f}"

    @property
    def width(self) -> str:
        return f"{100 * self.value:g}"

    @property
    def mark(self) -> str:
        """Left edge of the mark, which stays inside the bar."""
        return "" if self.threshold is None else f"{min(99.0, 100 * self.threshold):g}"


@dataclass(frozen=True, slots=True)
class AlgorithmResult:
    """One algorithm's run: `waiting` says why there is no result, where there is none."""

    name: str
    version: str
    intended_use: str
    limits: str
    statements: tuple[Statement, ...]
    score: Score | None
    waiting: str
    detail: str
    wait: Wait
    asked_at: dt.datetime
    late_at: dt.datetime | None


def algorithm_results(
    runs: Iterable[InferenceRun],
    signed_at: dt.datetime | None = None,
    decisions: Decisions | None = None,
    waits: Mapping[int, Wait] | None = None,
) -> list[AlgorithmResult]:
    """`signed_at` is when the newest version was frozen."""
    waits = waits or {}
    return [
        _result(run, signed_at, decisions or {}, waits.get(run.algorithm_version_id, Wait()))
        for run in runs
    ]


def score_of(output: Mapping[str, Any]) -> Score | None:
    """None where the algorithm gives no number from 0 to 1: nothing is drawn that is not one."""
    value, threshold = output.get("score"), output.get("threshold")
    if not _is_share(value):
        return None
    return Score(float(value), float(threshold) if _is_share(threshold) else None)  # type: ignore[arg-type]


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def evidence_in_words(evidence: dict[str, Any]) -> str:
    """The numbers behind a statement; parts without a word here are left out."""
    parts = []
    for name, value in evidence.items():
        if name in EVIDENCE and isinstance(value, int | float):
            label, unit = EVIDENCE[name]
            gap = "" if unit == "°" else " "
            parts.append(f"{label} {value:.0f}{gap}{unit}".replace("-", "\N{MINUS SIGN}"))
    return ", ".join(parts)


def _told(run: InferenceRun, part: dict[str, Any], decisions: Decisions) -> Statement:
    subject = Said(Source.MODEL, str(run.algorithm_version), part["text"]).subject
    words = evidence_in_words(part.get("evidence", {}))
    return Statement(part["text"], words, "AI", False, subject, decisions.get(subject))


def _result(
    run: InferenceRun, signed_at: dt.datetime | None, decisions: Decisions, wait: Wait
) -> AlgorithmResult:
    version = run.algorithm_version
    late = bool(signed_at and run.accepted_at and run.accepted_at > signed_at)
    output = run.output if run.status == run.Status.SUCCEEDED else {}
    waiting, detail = _waiting(run)
    return AlgorithmResult(
        name=version.algorithm.name,
        version=f"{version.algorithm.slug} {version.version}",
        intended_use=version.algorithm.intended_use,
        limits=version.algorithm.limits,
        statements=tuple(_told(run, part, decisions) for part in output.get("statements", [])),
        score=score_of(output),
        waiting=waiting,
        detail=detail,
        wait=wait,
        asked_at=run.created_at,
        late_at=run.accepted_at if late else None,
    )


def _waiting(run: InferenceRun) -> tuple[str, str]:
    if run.status == run.Status.SUCCEEDED:
        return "", ""
    if run.status == run.Status.NOT_ELIGIBLE:
        return NOT_ELIGIBLE, run.reason
    return (UNAVAILABLE, "sign without it") if is_unavailable(run) else (PENDING, "")
