"""Critical results from what algorithms say, where the organization switched that on.

Whether the run is accepted before the report is opened or after it, the result is raised once:
both sides hold the recording while they look for the other.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from apps.core.compiled import Compiled
from apps.ecg.models import Recording
from apps.inference.models import InferenceRun
from apps.reports.criticals import raise_critical
from apps.reports.models import AlgorithmAlert, CriticalResult, Report

ADVISORY = "AI, advisory"


def judge_run(run: InferenceRun, output: dict[str, Any]) -> list[CriticalResult]:
    """When a run's result is accepted, inside that transaction; the draft may come later."""
    alerts = _alerts([run.algorithm_version.algorithm_id])
    if not alerts:
        return []
    _hold(run.recording_id)
    report = Report.objects.filter(recording=run.recording_id).first()
    return [] if report is None else _raise(report, run, output, alerts)


def judge_runs_before(report: Report) -> list[CriticalResult]:
    """When a report is opened, inside that transaction: what was accepted earlier."""
    alerts = _alerts()
    if not alerts:
        return []
    _hold(report.recording_id)
    runs = InferenceRun.objects.select_related("algorithm_version__algorithm").filter(
        recording=report.recording_id, status=InferenceRun.Status.SUCCEEDED
    )
    return [result for run in runs for result in _raise(report, run, run.output, alerts)]


def _hold(recording_id: int) -> None:
    Recording.objects.select_for_update(no_key=True).filter(pk=recording_id).first()


@Compiled
def _switched_on() -> QuerySet[AlgorithmAlert]:
    return AlgorithmAlert.objects.filter(is_on=True)


def _alerts(algorithms: Collection[int] | None = None) -> list[AlgorithmAlert]:
    rows = _switched_on()
    return [row for row in rows if algorithms is None or row.algorithm_id in algorithms]


def _raise(
    report: Report, run: InferenceRun, output: dict[str, Any], alerts: list[AlgorithmAlert]
) -> list[CriticalResult]:
    algorithm = run.algorithm_version.algorithm
    wanted = {row.code: row for row in alerts if row.algorithm_id == algorithm.pk}
    said = [part for part in output.get("statements", []) if part.get("code") in wanted]
    return [
        raise_critical(
            report,
            critical_code(algorithm.slug, part["code"]),
            words,
            now=timezone.now(),
        )
        for part in said
        if (words := words_of(part, wanted[part["code"]], str(run.algorithm_version)))
    ]


def critical_code(slug: str, code: str) -> str:
    """The same of every version of an algorithm: a repeated statement is counted."""
    return f"ai.{sha256(f'{slug} {code}'.encode()).hexdigest()[:16]}"


def words_of(part: dict[str, Any], alert: AlgorithmAlert, version: str) -> str:
    """What the critical result says; empty where the number stays below the limit.

    A statement without the number it is judged by is raised and says so: it may not be missed.
    """
    text = f"{ADVISORY}: {part['text']} ({version}"
    if alert.threshold is None:
        return f"{text})"
    value = _number(part.get("evidence", {}).get(alert.number))
    if value is None:
        return f"{text}, {alert.number} not stated)"
    if value < alert.threshold:
        return ""
    return f"{text}, {alert.number} {_plain(value)} ≥ {_plain(alert.threshold)})"


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _number(given: Any) -> Decimal | None:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        return None
    try:
        value = Decimal(str(given))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
