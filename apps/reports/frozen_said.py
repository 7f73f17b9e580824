"""What machines say of a recording and what readers decided of it, as a report freezes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.core.leases import Leased
from apps.ecg.model_recording import Source
from apps.ecg.models import Finding
from apps.inference.models import InferenceRun
from apps.reports.decisions import Said, decisions_of
from apps.reports.models import Report, ReportVersion, StatementDecision

Decisions = Mapping[str, StatementDecision]
Run = InferenceRun.Status


@dataclass(frozen=True, slots=True)
class Spoken:
    """Statements of device and platform, and one row for each run of an algorithm."""

    statements: list[dict[str, Any]]
    results: list[dict[str, Any]]


def spoken_of(report: Report) -> Spoken:
    decisions = decisions_of(report)
    findings = Finding.objects.filter(recording=report.recording).exclude(source=Source.MODEL)
    runs = (
        InferenceRun.objects.select_related("algorithm_version__algorithm")
        .filter(recording=report.recording)
        .order_by("id")
    )
    signed = list(ReportVersion.objects.filter(report=report)) if report.version_count else []
    return Spoken(
        [_statement(row, decisions) for row in findings.order_by("source", "method", "ordinal")],
        [_result(run, decisions) | {"late": _late(run, signed)} for run in runs],
    )


def _statement(row: Finding, decisions: Decisions) -> dict[str, Any]:
    said = Said(row.source, row.method, row.text)
    named = {"text": row.text, "code": row.code, "source": row.source, "method": row.method}
    return {**named, "decision": _decision(decisions.get(said.subject))}


def _decision(row: StatementDecision | None) -> dict[str, str] | None:
    if row is None:
        return None
    who = {"by": row.decided_by.full_name, "at": row.decided_at.isoformat()}
    return {"verdict": row.verdict, "reason": row.reason, **who}


def _result(run: InferenceRun, decisions: Decisions) -> dict[str, Any]:
    algorithm = run.algorithm_version.algorithm
    said = run.output.get("statements", []) if run.status == Run.SUCCEEDED else []
    return {
        "run": str(run.public_id),
        "name": algorithm.name,
        "version": str(run.algorithm_version),
        "status": _status(run),
        "reason": run.reason,
        "asked_at": run.created_at.isoformat(),
        "statements": [row["text"] for row in said],
        "evidence": [row.get("evidence", {}) for row in said],
        "decisions": [_decided(run, row["text"], decisions) for row in said],
        "intended_use": algorithm.intended_use,
        "limits": algorithm.limits,
    }


def _status(run: InferenceRun) -> str:
    """As the run stands; one that was given up failed, whatever it still waits for."""
    given_up = run.status == Run.QUEUED and run.state == Leased.State.DEAD
    return Run.FAILED_FINAL.value if given_up else run.status


def _decided(run: InferenceRun, text: str, decisions: Decisions) -> dict[str, str] | None:
    said = Said(Source.MODEL, str(run.algorithm_version), text)
    return _decision(decisions.get(said.subject))


def _late(run: InferenceRun, signed: list[ReportVersion]) -> dict[str, Any] | None:
    """The newest version that was signed without this result; None where there is none."""
    if run.accepted_at is None:
        return None
    without = [row.number for row in signed if row.created_at < run.accepted_at]
    if not without:
        return None
    return {"at": run.accepted_at.isoformat(), "version": without[-1]}
