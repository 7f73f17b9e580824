"""A drain works off what waits and settles every failure without telling what it was about."""

from __future__ import annotations

import time

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from apps.core.drain import ENOUGH_TASKS, drain, wake, work_on
from apps.core.leases import BULK, LIVE
from apps.ingestion.models import Ingress
from tests.database import committed
from tests.factories import inside, make_ingress

pytestmark = committed


def stored(row, organization):
    with inside(organization):
        return Ingress.objects.get(pk=row.pk)


def test_everything_that_waits_is_done(mercy, lakeside, work_with):
    jobs = work_with("succeed")
    made = [make_ingress(organization) for organization in (mercy, lakeside) * 5]
    drain()
    assert sorted(jobs.worked) == [row.pk for row in made]
    assert {stored(row, row.organization).state for row in made} == {"done"}


def test_one_row_is_worked_on_at_once_and_no_other(mercy, work_with):
    jobs = work_with("succeed")
    first, second = make_ingress(mercy), make_ingress(mercy)
    assert work_on(Ingress, second.pk)
    assert not work_on(Ingress, second.pk)
    assert jobs.worked == [second.pk]
    assert stored(first, mercy).state == "received"


def test_live_arrivals_go_before_bulk(mercy, work_with):
    jobs = work_with("succeed")
    bulk = [make_ingress(mercy, lane=BULK) for _ in range(3)]
    live = make_ingress(mercy, lane=LIVE)
    drain()
    assert jobs.worked == [live.pk, *(row.pk for row in bulk)]


def test_a_poisonous_row_ends_dead_and_the_others_flow(mercy, quick, work_with):
    jobs = work_with("succeed_unless_poison")
    first, *others = [make_ingress(mercy) for _ in range(4)]
    jobs.poison.add(first.pk)
    for _ in range(quick.MAX_ATTEMPTS):
        drain()
        time.sleep(0.01)
    dead = stored(first, mercy)
    assert (dead.state, dead.attempts) == ("dead", quick.MAX_ATTEMPTS)
    assert {stored(row, mercy).state for row in others} == {"done"}


def test_a_crash_keeps_its_class_and_none_of_its_words(mercy, settings, work_with, log_text):
    settings.RETRY_BACKOFF_SECONDS = 60
    jobs = work_with("crash")
    row = make_ingress(mercy)
    drain()
    kept = stored(row, mercy)
    assert (kept.state, kept.error_code) == ("received", "crashed:ValueError")
    printed = log_text()
    assert "job.crashed" in printed
    assert not any(word in printed for word in jobs.SECRET.split())


def test_a_permanent_error_is_not_tried_again(mercy, work_with):
    jobs = work_with("give_up")
    row = make_ingress(mercy)
    drain()
    kept = stored(row, mercy)
    assert (kept.state, kept.error_code, jobs.worked) == ("dead", "adapter-unknown", [row.pk])


def test_what_waits_for_storage_uses_up_no_attempt(mercy, quick, settings, work_with):
    settings.UNAVAILABLE_PAUSE_SECONDS = 0
    jobs = work_with("wait_for_storage")
    row = make_ingress(mercy)
    settings.DRAIN_SECONDS = 0.2
    drain()
    kept = stored(row, mercy)
    assert (kept.state, kept.attempts) == ("received", 0)
    assert len(jobs.worked) > quick.MAX_ATTEMPTS


def test_a_retryable_error_waits_for_its_next_attempt(mercy, settings, work_with):
    settings.RETRY_BACKOFF_SECONDS = 60
    jobs = work_with("try_later")
    row = make_ingress(mercy)
    drain()
    drain()
    kept = stored(row, mercy)
    assert (kept.state, kept.error_code) == ("received", "provider-busy")
    assert jobs.worked == [row.pk]


def test_a_crash_after_the_results_leaves_none_of_them(mercy, settings, work_with):
    settings.RETRY_BACKOFF_SECONDS = 60
    work_with("write_then_crash")
    row = make_ingress(mercy)
    drain()
    kept = stored(row, mercy)
    assert (kept.state, kept.filename) == ("received", "")


def test_a_job_that_lost_its_lease_writes_nothing(mercy, work_with, log_text):
    work_with("lose_the_lease_then_write")
    row = make_ingress(mercy)
    drain()
    kept = stored(row, mercy)
    assert (kept.state, kept.filename, kept.error_code) == ("processing", "", "")
    assert "lease.lost" in log_text()


def test_a_lost_connection_costs_one_attempt_and_not_the_worker(mercy, settings, work_with):
    settings.RETRY_BACKOFF_SECONDS = 0.2
    jobs = work_with("lose_the_connection")
    row = make_ingress(mercy)
    drain()
    work_with("succeed")
    time.sleep(0.25)
    drain()
    kept = stored(row, mercy)
    assert (kept.state, kept.attempts, jobs.worked) == ("done", 2, [row.pk] * 2)


def test_a_job_runs_in_its_rows_organization_and_leaves_no_scope(mercy, work_with, monkeypatch):
    from apps.core.scope import current_organization
    from tests.core import queue_jobs

    seen = []
    monkeypatch.setattr(queue_jobs, "crash", lambda _: seen.append(current_organization()))
    work_with("crash")
    make_ingress(mercy)
    drain()
    assert (seen, current_organization()) == ([mercy.pk], None)


def test_a_drain_out_of_time_asks_for_another(mercy, settings, work_with):
    settings.DRAIN_SECONDS = 0.01
    jobs = work_with("take_its_time")
    for _ in range(3):
        make_ingress(mercy)
    drain()
    assert len(jobs.worked) == 1
    assert OrmQ.objects.count() == 1


def test_a_drain_that_is_done_asks_for_nothing(mercy, work_with):
    work_with("succeed")
    make_ingress(mercy)
    drain()
    assert OrmQ.objects.count() == 0


def test_no_more_tasks_are_queued_than_are_useful():
    for _ in range(3 * ENOUGH_TASKS):
        wake()
    assert OrmQ.objects.count() == ENOUGH_TASKS


def test_tasks_of_killed_workers_do_not_count():
    for _ in range(ENOUGH_TASKS):
        wake()
    OrmQ.objects.update(lock=timezone.now() + timezone.timedelta(hours=1))
    wake()
    assert OrmQ.objects.count() == ENOUGH_TASKS + 1


def test_a_task_carries_nothing(mercy):
    wake()
    task = OrmQ.objects.get().task
    assert (task["args"], task["kwargs"]) == ((), {})
    assert task["func"] == "apps.core.drain.drain"


@pytest.mark.parametrize("committed_first", [True, False])
def test_a_wake_up_follows_the_commit_and_only_it(mercy, committed_first):
    from django.db import transaction

    from apps.core.drain import wake_on_commit

    with transaction.atomic():
        wake_on_commit()
        transaction.set_rollback(not committed_first)
    assert OrmQ.objects.count() == int(committed_first)
