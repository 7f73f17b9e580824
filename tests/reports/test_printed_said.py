"""Statements and results as printed: what became of each, in words."""

import zoneinfo

import pytest

from apps.reports.printed_said import result_row, statement_row

LONDON = zoneinfo.ZoneInfo("Europe/London")
AT = "2026-07-01T09:00:00+00:00"
OVERRIDDEN = {"verdict": "overridden", "reason": "Lead placement", "by": "Dr Ada Reader", "at": AT}
RUN = {
    "name": "Rule reading",
    "version": "rules@1.0.0",
    "status": "succeeded",
    "reason": "",
    "asked_at": AT,
    "statements": ["PR prolonged"],
    "evidence": [{"pr_ms": 240.5, "limit_ms": 200}],
    "decisions": [None],
    "intended_use": "Adults",
    "limits": "",
    "late": None,
}
EMPTY = {"statements": [], "evidence": [], "decisions": []}


def test_a_decision_says_by_whom_when_and_why():
    row = {"text": "Old infarct", "source": "device", "method": "", "decision": OVERRIDDEN}
    printed = statement_row(row, LONDON)
    assert printed.decision == (
        "Overridden by Dr Ada Reader, 01-Jul-2026 10:00:00 BST: Lead placement"
    )
    assert (printed.source, printed.verdict) == ("device", "overridden")


def test_a_result_names_the_number_and_the_threshold():
    assert result_row(RUN, LONDON).output == "PR prolonged (PR 240 ms, threshold 200 ms)"


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        ("queued", "", "pending · sent 01-Jul-2026 10:00:00 BST"),
        ("not_eligible", "age under 18", "not eligible · age under 18"),
        ("failed_final", "", "unavailable · asked 01-Jul-2026 10:00:00 BST"),
        ("succeeded", "", "no statement. That does not mean a normal ECG"),
    ],
)
def test_without_a_result_the_reason_is_said(status, reason, words):
    row = RUN | EMPTY | {"status": status, "reason": reason}
    assert result_row(row, LONDON).output == words


def test_what_came_after_a_signature_says_which_version_it_is_no_part_of():
    late = RUN | {"late": {"at": AT, "version": 3}, "decisions": [OVERRIDDEN]}
    overridden, arrived = result_row(late, LONDON).notes
    assert overridden.startswith("PR prolonged: Overridden by Dr Ada Reader")
    assert arrived == "Arrived after signing (01-Jul-2026 10:00:00 BST). Not part of version 3."
