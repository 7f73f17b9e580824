"""What the watch says of queues: rows given up, rows nobody takes, rows that wait for storage."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from apps.audit.watch_queues import queues
from tests.factories import inside, make_ingress


def found(organization):
    with inside(organization):
        return {(finding.code, finding.subject): finding.figure for finding in queues()}


def test_a_queue_that_flows_is_not_spoken_of(mercy):
    make_ingress(mercy)
    assert found(mercy) == {}


def test_rows_given_up_are_counted(mercy):
    make_ingress(mercy, state="dead")
    make_ingress(mercy, state="dead")
    assert found(mercy) == {("queue.given_up", "ingress"): 2}


def test_the_oldest_that_nobody_takes_tells_how_long(mercy):
    make_ingress(mercy, available_at=timezone.now() - dt.timedelta(minutes=30))
    assert found(mercy) == {("queue.waiting", "ingress"): 30}


def test_files_that_wait_for_storage_are_told_and_over_with_it(mercy, lakeside):
    row = make_ingress(mercy, error_code="storage-refused")
    make_ingress(mercy, error_code="storage-unavailable")
    assert found(mercy) == {("storage.unavailable", "ingress"): 2}
    assert found(lakeside) == {}
    with inside(mercy):
        type(row).objects.update(state="done")
    assert found(mercy) == {}
