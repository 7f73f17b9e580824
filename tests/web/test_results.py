"""The AI panel: each state has its words, and nothing stands where there is no result."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone

from apps.inference.models import InferenceRun
from apps.reports.models import ReadingPolicy
from apps.web.results import Score, score_of
from tests.database import committed
from tests.factories import inside, make_recording
from tests.isolation.rows import make_row
from tests.web.pages import run_algorithm, sign_now

# On one day of the organization's, whatever the clock says now.
SENT = dt.datetime(2026, 7, 1, 13, 6, 41, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
DONE = {"status": "succeeded", "state": "done"}
SCORED = {"score": 0.714, "threshold": 0.5, "statements": [{"text": "Low EF suspected"}]}


def ran(organization, ago=0 * SECOND, took=None, **fields):
    """A run asked for so long before SENT; accepted after `took`."""
    recording = make_recording(organization)
    run = run_algorithm(recording, **fields)
    at = SENT - ago
    accepted = at + took if took else None
    with inside(organization):
        InferenceRun.objects.filter(pk=run.pk).update(created_at=at, accepted_at=accepted)
    return recording


def panel_of(client, recording):
    page = client.get(f"/recordings/{recording.public_id}").content.decode()
    (panel,) = re.findall(r'<section class="ai".*?</section>', page, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", panel)), panel


@committed
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "queued"}, "Low EF: pending · sent 14:06:41, usual wait 20 s"),
        ({"status": "queued", "state": "processing"}, "Low EF: pending · sent 14:06:41"),
        (
            {"status": "queued", "state": "dead"},
            "Low EF: unavailable since 01-Jul-2026 14:06 · sign without it",
        ),
        (
            {"status": "failed_final", "state": "done"},
            "Low EF: unavailable since 01-Jul-2026 14:06 · sign without it",
        ),
        (
            {"status": "not_eligible", "state": "done", "reason": "excludes QRS > 120 ms"},
            "Low EF: not eligible · excludes QRS &gt; 120 ms",
        ),
        (DONE | {"output": SCORED}, "Low EF 0.71 threshold 0.50 Low EF suspected"),
        (DONE | {"output": {"score": 1}}, "Low EF 1.00"),
        (DONE | {"output": {}}, "Low EF: no statement"),
    ],
)
def test_each_state_has_its_words(client_of, reader, mercy, fields, words):
    for seconds in (10, 20, 90):
        ran(mercy, 3600 * SECOND, seconds * SECOND, **DONE)
    recording = ran(mercy, **fields)
    said, markup = panel_of(client_of(reader), recording)
    assert words in said
    assert "low-ef 2.1.0" in said
    assert "Adults, not paced." in said
    assert "%" not in said
    assert not re.search(r"tag-ok|critical|success", markup)


@committed
def test_unavailable_since_is_the_first_of_those_that_failed_together(client_of, reader, mercy):
    failed = {"status": "failed_final", "state": "done"}
    ran(mercy, 9000 * SECOND, **failed)
    ran(mercy, 7200 * SECOND, 5 * SECOND, **DONE)
    ran(mercy, 3600 * SECOND, **failed)
    recording = ran(mercy, **failed)
    said, _ = panel_of(client_of(reader), recording)
    assert "unavailable since 01-Jul-2026 13:06" in said


@committed
def test_the_first_of_all_has_no_usual_wait(client_of, reader, mercy, lakeside):
    ran(lakeside, 3600 * SECOND, 20 * SECOND, **DONE)
    said, _ = panel_of(client_of(reader), ran(mercy, status="queued"))
    assert "pending · sent 14:06:41 " in said
    assert "usual wait" not in said


@committed
def test_what_is_hidden_is_a_number_and_no_word_of_it(client_of, reader, mercy):
    make_row(ReadingPolicy, mercy, read_first="ai")
    recording = ran(mercy, took=SECOND, **DONE, output=SCORED)
    said, _ = panel_of(client_of(reader), recording)
    assert "Record your impression to see 1 result." in said
    assert "0.71" not in said
    assert "Low EF" not in said


@committed
@pytest.mark.parametrize("who", ["reader", "technician"])
def test_what_came_after_signing_is_reviewed_by_who_may_amend(client_of, reader, request, who):
    recording = request.getfixturevalue("recording")
    person = request.getfixturevalue(who)
    sign_now(recording, reader)
    later = timezone.now() + dt.timedelta(minutes=1)
    run_algorithm(recording, **DONE, accepted_at=later, output=SCORED)
    said, markup = panel_of(client_of(person), recording)
    assert re.search(r"Arrived after signing \(\d\d:\d\d:\d\d\)\. Not part of version 1\.", said)
    assert ('href="#amend"' in markup) is (who == "reader")


@pytest.mark.parametrize(
    ("output", "score"),
    [
        ({"score": 0.5}, Score(0.5, None)),
        ({"score": 0, "threshold": 1}, Score(0.0, 1.0)),
        ({"score": 71, "threshold": 0.5}, None),
        ({"score": "0.7"}, None),
        ({"score": True}, None),
        ({"score": 0.7, "threshold": -1}, Score(0.7, None)),
        ({"score": float("nan")}, None),
    ],
)
def test_only_a_number_from_0_to_1_is_a_score(output, score):
    assert score_of(output) == score


def test_the_mark_of_a_threshold_stays_in_the_bar():
    assert Score(0.714, 1.0).mark == "99"
    assert (Score(0.714, 0.5).width, Score(0.714, 0.5).mark) == ("71.4", "50")
