"""Stages and outcomes of an arrival in words."""

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest

from apps.web.stages import progress_of

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def arrival(**fields):
    fields = {
        "state": "done",
        "outcome": "new",
        "scanned_at": NOW,
        "decoded_at": NOW,
        "attempts": 1,
        "error_code": "",
        "refusal_message": "",
        "trace_id": uuid.UUID("4f0c9a21-0000-4000-8000-000000000000"),
    } | fields
    return SimpleNamespace(**fields)


def run(stage, state="done"):
    return SimpleNamespace(stage=stage, state=state, attempts=1, error_code="")


def strip(progress):
    return " ".join(f"{stage.name}:{stage.state}" for stage in progress.stages)


ALL = [run("measure"), run("infer"), run("draft")]


def test_a_waiting_file_shows_every_stage_ahead():
    waiting = arrival(state="received", outcome="pending", scanned_at=None, decoded_at=None)
    progress = progress_of(waiting, [], [])
    assert (
        strip(progress) == "scan:waiting decode:waiting measure:waiting infer:waiting draft:waiting"
    )
    assert (progress.word, progress.outcome) == ("Working", "")


def test_a_file_is_ready_when_it_can_be_read_and_every_algorithm_answered():
    assert progress_of(arrival(), ALL, [run("")]).outcome == "ready"
    asked = progress_of(arrival(), ALL, [run("", "received")])
    assert asked.outcome == ""
    assert "infer:waiting" in strip(asked)


def test_an_algorithm_that_failed_does_not_hold_the_report_back():
    progress = progress_of(arrival(), ALL, [run("", "dead")])
    assert progress.outcome == "ready"
    assert "infer:failed" in strip(progress)


def test_a_stage_that_was_given_up_fails_the_arrival():
    progress = progress_of(arrival(), [run("measure", "dead")], [])
    assert progress.outcome == "failed"
    assert "Reference 4F0C9A21." in progress.message


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        ("same_bytes", "Already here"),
        ("same_signal", "Already here"),
        ("identity_conflict", "To resolve"),
        ("time_conflict", "To resolve"),
    ],
)
def test_a_known_recording_needs_no_further_stage(outcome, word):
    progress = progress_of(arrival(state="duplicate", outcome=outcome), [], [])
    assert (progress.word, strip(progress)) == (word, "scan:done decode:done")


def test_a_refusal_says_the_sentence_and_a_reference():
    refused = arrival(
        state="quarantined",
        outcome="quarantined",
        decoded_at=None,
        refusal_message="Not an ECG.",
        error_code="not-an-ecg",
    )
    progress = progress_of(refused, [], [])
    assert progress.message == "Not an ECG. Reference 4F0C9A21."
    assert strip(progress) == "scan:done decode:failed"
    assert progress.stages[1].error_code == "not-an-ecg"
