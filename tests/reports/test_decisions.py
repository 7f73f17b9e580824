"""Accepting and overriding machine statements: kept, for a reason, never changed."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from apps.reports import decisions
from apps.reports.decisions import decide, decisions_of, said_of
from apps.reports.models import StatementDecision
from tests.factories import inside
from tests.reports.signing import report_of
from tests.web.pages import run_algorithm, state

REFUSED = {"verdict": "overridden", "reason": "Paced rhythm"}


def subject_of(report, text):
    return next(row.subject for row in said_of(report) if row.text == text)


def test_statements_of_device_and_algorithm_are_decided_the_newest_counts(recording, reader):
    state(recording, "Sinus rhythm")
    run_algorithm(recording, status="succeeded", output={"statements": [{"text": "Low EF"}]})
    report, now = report_of(recording), timezone.now()
    with inside(recording.organization):
        device, model = subject_of(report, "Sinus rhythm"), subject_of(report, "Low EF")
        decide(report, reader, subject=device, verdict="accepted", reason="", now=now)
        decide(report, reader, subject=model, verdict="accepted", reason="", now=now)
        decide(report, reader, subject=model, now=now, **REFUSED)
        said = {key: row.verdict for key, row in decisions_of(report).items()}
    assert said == {device: "accepted", model: "overridden"}


def test_nothing_is_overridden_without_a_reason_nor_what_no_machine_says(recording, reader):
    state(recording, "Sinus rhythm")
    report, now = report_of(recording), timezone.now()
    with inside(recording.organization):
        subject = subject_of(report, "Sinus rhythm")
        with pytest.raises(decisions.NoReason):
            decide(report, reader, subject=subject, verdict="overridden", reason=" ", now=now)
        with pytest.raises(decisions.NotSaid):
            decide(report, reader, subject="0" * 64, now=now, **REFUSED)
        with pytest.raises(ValueError, match="perhaps"):
            decide(report, reader, subject=subject, verdict="perhaps", reason="", now=now)
        assert not StatementDecision.objects.exists()


def test_the_database_refuses_to_change_a_decision(recording, reader):
    state(recording, "Sinus rhythm")
    report, now = report_of(recording), timezone.now()
    with inside(recording.organization):
        subject = subject_of(report, "Sinus rhythm")
        decide(report, reader, subject=subject, now=now, **REFUSED)
        with pytest.raises(DatabaseError), transaction.atomic():
            StatementDecision.objects.update(reason="Another")
