"""Handing a recording on: the order of stages is one table."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from apps.core import drain, leases
from apps.core.errors import PermanentError
from apps.core.leases import BULK, LIVE, Leased
from apps.ecg.models import StageRun
from apps.ecg.stages import advance
from apps.reports.fresh import open_report
from apps.reports.models import Report
from config.pipeline import AT_ONCE, LEASED, NEXT, SLOW, STAGES
from tests.database import committed
from tests.factories import inside, make_recording, make_stage_run

pytestmark = committed


def stages_of(organization):
    with inside(organization):
        rows = StageRun.objects.order_by("id")
        return list(rows.values_list("stage", "subject", "lane", "trace_id"))


@pytest.mark.parametrize("done", sorted(NEXT))
def test_exactly_what_the_table_names_follows(mercy, done):
    recording = make_recording(mercy)
    with inside(mercy):
        advance(recording, done=done, subject="x:1", lane=BULK)
    following = [(stage, "x:1", BULK, recording.trace_id) for stage in NEXT[done]]
    assert stages_of(mercy) == following


@pytest.mark.parametrize("done", sorted(NEXT))
def test_handing_on_twice_is_handing_on_once(mercy, done):
    recording = make_recording(mercy)
    for _ in range(2):
        with inside(mercy):
            advance(recording, done=done)
    assert len(stages_of(mercy)) == len(NEXT[done])


def test_each_subject_has_its_own_stage(mercy):
    recording = make_recording(mercy)
    for subject in ("run:1", "run:2", "run:1"):
        with inside(mercy):
            advance(recording, done="infer", subject=subject)
    assert [row[:3] for row in stages_of(mercy)] == [
        ("charge", "run:1", LIVE),
        ("charge", "run:2", LIVE),
    ]


def test_what_is_undone_is_not_handed_on(mercy):
    recording = make_recording(mercy)
    with inside(mercy):
        advance(recording, done="decode")
        transaction.set_rollback(True)
    assert stages_of(mercy) == []


def test_an_unknown_stage_is_not_guessed(mercy):
    recording = make_recording(mercy)
    with pytest.raises(KeyError), inside(mercy):
        advance(recording, done="decoded")


def test_a_stage_nobody_carries_out_goes_to_a_person(mercy):
    run = make_stage_run(make_recording(mercy), "telepathy")
    drain.work(leases.claim(StageRun, LIVE))
    with inside(mercy):
        run.refresh_from_db()
    assert (run.state, run.error_code, run.attempts) == (Leased.State.DEAD, "stage-unknown", 1)


def test_every_stage_of_the_table_has_a_job_and_every_job_a_place():
    from django.utils.module_loading import import_string

    following = {stage for stages in NEXT.values() for stage in stages}
    assert following == set(STAGES)
    assert all(callable(import_string(path)) for path in (*STAGES.values(), *LEASED.values()))


@pytest.mark.parametrize("stage", ["measure", "draft"])
def test_only_a_slow_stage_runs_outside_the_transaction_that_read_it(mercy, monkeypatch, stage):
    held = []
    for module in ("jobs", "stages"):
        monkeypatch.setattr(
            f"apps.ecg.{module}.import_string",
            lambda path: lambda *given: held.append(connection.in_atomic_block),
        )
    make_stage_run(make_recording(mercy), stage)
    drain.work(leases.claim(StageRun, LIVE))
    assert held == [stage not in SLOW]


def states_of(organization):
    with inside(organization):
        rows = StageRun.objects.order_by("id")
        return {row.stage: (row.state, row.attempts, row.finished_at is not None) for row in rows}


def test_what_is_carried_out_at_once_is_done_in_that_transaction(mercy):
    recording = make_recording(mercy, report=False)
    with inside(mercy):
        advance(recording, done="measure")
        assert Report.objects.filter(recording=recording).exists()
    assert states_of(mercy) == dict.fromkeys(("draft", "infer"), (Leased.State.DONE, 1, True))
    assert leases.claim(StageRun, LIVE) is None


def test_what_is_undone_takes_what_was_carried_out_at_once_along(mercy):
    recording = make_recording(mercy, report=False)
    with inside(mercy):
        advance(recording, done="measure")
        transaction.set_rollback(True)
    assert states_of(mercy) == {}
    with inside(mercy):
        assert not Report.objects.exists()


@pytest.mark.parametrize("error", [MemoryError, PermanentError("price-missing"), DatabaseError])
def test_what_fails_at_once_is_undone_alone_and_waits_in_the_queue(mercy, monkeypatch, error):
    recording = make_recording(mercy, report=False)

    def open_and_fail(stage):
        open_report(stage.recording)
        raise error

    with monkeypatch.context() as failing:
        failing.setattr("apps.reports.jobs.draft", open_and_fail)
        with inside(mercy):
            advance(recording, done="measure")
    assert states_of(mercy)["draft"] == (Leased.State.RECEIVED, 0, False)
    assert states_of(mercy)["infer"][0] == Leased.State.DONE
    with inside(mercy):
        assert not Report.objects.exists()
    drain.work(leases.claim(StageRun, LIVE))
    assert states_of(mercy)["draft"] == (Leased.State.DONE, 1, True)
    with inside(mercy):
        assert Report.objects.get().recording == recording


def test_only_quick_followers_are_carried_out_at_once():
    for done, stage in AT_ONCE:
        assert stage in NEXT[done]
        assert stage not in SLOW
