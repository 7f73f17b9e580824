"""Critical results from what algorithms say: by the organization's switch and limit, once."""

from decimal import Decimal

import pytest

from apps.inference.models import Algorithm, InferenceRun
from apps.reports.algorithm_alerts import judge_run, judge_runs_before, words_of
from apps.reports.models import AlgorithmAlert, CriticalResult
from tests.factories import inside
from tests.inference.subjects import infer, make_measured
from tests.reports.signing import report_of
from tests.web.pages import run_algorithm

OUTPUT = {"statements": [{"code": "low-ef", "text": "Low EF", "evidence": {"score": 0.93}}]}


def switch_on(organization, slug="low-ef", code="low-ef", **fields):
    fields = {"is_on": True, "number": "score", "threshold": Decimal("0.9")} | fields
    with inside(organization):
        algorithm, _ = Algorithm.objects.get_or_create(
            organization=organization, slug=slug, defaults={"name": slug, "intended_use": "Adults."}
        )
        return AlgorithmAlert.objects.create(
            organization=organization, algorithm=algorithm, code=code, **fields
        )


def judged(recording, output=OUTPUT):
    run = run_algorithm(recording, status="succeeded", output=output)
    with inside(recording.organization):
        return [row.text for row in judge_run(run, output)]


@pytest.mark.parametrize(
    ("number", "threshold", "evidence", "text"),
    [
        ("", None, {}, "AI, advisory: Low EF (x@1)"),
        ("score", "0.9", {"score": 0.9}, "AI, advisory: Low EF (x@1, score 0.9 ≥ 0.9)"),
        ("score", "0.9", {"score": 0.8999}, ""),
        ("score", "0.9", {}, "AI, advisory: Low EF (x@1, score not stated)"),
        ("score", "0.9", {"score": "high"}, "AI, advisory: Low EF (x@1, score not stated)"),
        ("score", "0.9", {"score": float("nan")}, "AI, advisory: Low EF (x@1, score not stated)"),
    ],
)
def test_what_a_statement_says_against_its_limit(number, threshold, evidence, text):
    alert = AlgorithmAlert(number=number, threshold=threshold and Decimal(threshold))
    part = {"code": "low-ef", "text": "Low EF", "evidence": evidence}
    assert words_of(part, alert, "x@1") == text


def test_a_statement_above_the_limit_is_raised_as_advisory_and_once(recording):
    mercy = recording.organization
    switch_on(mercy)
    assert judged(recording) == ["AI, advisory: Low EF (low-ef@2.1.0, score 0.93 ≥ 0.9)"]
    with inside(mercy):
        judge_runs_before(report_of(recording))
        row = CriticalResult.objects.get()
    assert (row.times, row.raised_by, row.code[:3]) == (2, None, "ai.")


@pytest.mark.parametrize("fields", [{"is_on": False}, {"slug": "other"}, {"code": "normal-ef"}])
def test_what_is_not_switched_on_raises_nothing(recording, fields):
    switch_on(recording.organization, **fields)
    assert judged(recording) == []


@pytest.mark.django_db(transaction=True, databases=["default", "dispatch", "platform"])
def test_a_run_that_a_worker_accepts_raises_it(mercy):
    from apps.inference.actions import register_builtin_rules

    with inside(mercy):
        register_builtin_rules(mercy)
    switch_on(mercy, "einthoven-rules", "pr-long", number="pr_ms", threshold=Decimal(240))
    recording = make_measured(mercy)
    infer(recording)
    with inside(mercy):
        assert InferenceRun.objects.get().status == "succeeded"
        assert "PR prolonged" in CriticalResult.objects.get().text
