"""A row is held by one worker at a time, and by none for ever."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

import pytest
from django.db import connections, transaction
from django.utils import timezone

from apps.core import leases
from apps.core.leases import BULK, LIVE, LeaseLost, claim, claim_row
from apps.ingestion.models import Ingress
from tests.database import committed
from tests.factories import inside, make_ingress

pytestmark = committed


def row_of(lease, organization):
    with inside(organization):
        return Ingress.objects.get(pk=lease.id)


def finish(lease, organization):
    with inside(organization):
        leases.finish(lease)


def write_and_finish(lease, organization, filename):
    with inside(organization):
        Ingress.objects.filter(pk=lease.id).update(filename=filename)
        leases.finish(lease)


def seconds_until_available(row):
    with connections["dispatch"].cursor() as cursor:
        cursor.execute(
            """SELECT extract(epoch FROM available_at - clock_timestamp())::float
               FROM ingestion_ingress WHERE id = %s""",
            [row.pk],
        )
        return cursor.fetchone()[0]


def test_an_empty_queue_gives_nothing(mercy):
    assert claim(Ingress, LIVE) is None


def test_a_claim_names_row_organization_and_attempt(mercy):
    row = make_ingress(mercy)
    lease = claim(Ingress, LIVE)
    assert (lease.id, lease.organization_id, lease.attempts) == (row.pk, mercy.pk, 1)
    assert row_of(lease, mercy).state == "processing"
    assert claim(Ingress, LIVE) is None


def test_a_row_is_taken_out_of_its_turn_while_it_waits_and_once(mercy):
    first, second = make_ingress(mercy), make_ingress(mercy)
    lease = claim_row(Ingress, second.pk)
    assert (lease.id, lease.organization_id, lease.attempts) == (second.pk, mercy.pk, 1)
    assert claim_row(Ingress, second.pk) is None
    assert claim(Ingress, LIVE).id == first.pk


def test_a_small_organization_does_not_wait_behind_a_large_one(mercy, lakeside):
    for _ in range(20):
        make_ingress(mercy)
    late = make_ingress(lakeside)
    order = [claim(Ingress, LIVE).id for _ in range(21)]
    assert order.index(late.pk) <= 2


def test_what_an_organization_has_finished_does_not_push_it_back(mercy, lakeside):
    for _ in range(5):
        make_ingress(mercy)
        finish(claim(Ingress, LIVE), mercy)
    for _ in range(5):
        make_ingress(lakeside)
    new = make_ingress(mercy)
    order = [claim(Ingress, LIVE).id for _ in range(6)]
    assert order.index(new.pk) <= 2


def test_each_lane_has_its_own_claims(mercy):
    bulk, live = make_ingress(mercy, lane=BULK), make_ingress(mercy, lane=LIVE)
    assert claim(Ingress, LIVE).id == live.pk
    assert claim(Ingress, LIVE) is None
    assert claim(Ingress, BULK).id == bulk.pk


def test_a_row_is_not_claimed_before_its_time(mercy):
    make_ingress(mercy, available_at=timezone.now() + timezone.timedelta(minutes=1))
    assert claim(Ingress, LIVE) is None


def test_many_workers_never_take_the_same_row(mercy, lakeside):
    for number in range(40):
        make_ingress((mercy, lakeside)[number % 2])
    taken = []

    def work():
        while lease := claim(Ingress, LIVE):
            taken.append(lease.id)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 40


def test_finishing_writes_the_state_and_ends_the_lease(mercy):
    make_ingress(mercy)
    lease = claim(Ingress, LIVE)
    finish(lease, mercy)
    row = row_of(lease, mercy)
    assert (row.state, row.lease_token, row.lease_until) == ("done", None, None)


def test_finishing_twice_is_refused(mercy):
    make_ingress(mercy)
    lease = claim(Ingress, LIVE)
    finish(lease, mercy)
    with pytest.raises(LeaseLost):
        finish(lease, mercy)


def test_a_worker_that_lost_its_lease_cannot_write(mercy, quick):
    make_ingress(mercy)
    late = claim(Ingress, LIVE)
    time.sleep(0.06)
    assert leases.reclaim(Ingress) == 1
    time.sleep(0.01)
    quick.LEASE_SECONDS = 60
    second = claim(Ingress, LIVE)
    assert second.id == late.id
    assert not leases.renew(late)
    with pytest.raises(LeaseLost):
        write_and_finish(late, mercy, "late")
    finish(second, mercy)
    assert row_of(second, mercy).filename == ""


def test_releasing_a_lost_lease_changes_nothing(mercy, quick):
    make_ingress(mercy)
    late = claim(Ingress, LIVE)
    time.sleep(0.06)
    leases.reclaim(Ingress)
    time.sleep(0.01)
    quick.LEASE_SECONDS = 60
    second = claim(Ingress, LIVE)
    with inside(mercy):
        leases.release(late, "crashed:Late")
        leases.postpone(late, "away", 10)
    assert row_of(second, mercy).state == "processing"
    assert leases.renew(second)


def test_a_valid_lease_is_not_taken_back(mercy):
    make_ingress(mercy)
    lease = claim(Ingress, LIVE)
    assert leases.reclaim(Ingress) == 0
    assert leases.renew(lease)


def test_attempts_count_at_claim_so_a_killer_ends_dead(mercy, quick):
    """A job that kills its worker never reports anything."""
    row = make_ingress(mercy)
    for _ in range(quick.MAX_ATTEMPTS):
        assert claim(Ingress, LIVE).id == row.pk
        time.sleep(0.06)
        assert leases.reclaim(Ingress) == 1
        time.sleep(0.01)
    assert claim(Ingress, LIVE) is None
    with inside(mercy):
        assert Ingress.objects.get(pk=row.pk).state == "dead"


def test_each_failure_waits_twice_as_long_and_the_last_is_final_at_that_moment(mercy, settings):
    settings.RETRY_BACKOFF_SECONDS = 100
    row = make_ingress(mercy)
    waits = []
    for _ in range(settings.MAX_ATTEMPTS):
        lease = claim(Ingress, LIVE)
        with inside(mercy):
            leases.release(lease, "away")
        waits.append(round(seconds_until_available(row), -1))
        with inside(mercy):
            Ingress.objects.filter(pk=row.pk).update(available_at=row.received_at)
    assert waits == [100, 200, 400, 800, 0]
    kept = row_of(lease, mercy)
    assert (kept.state, kept.error_code, kept.attempts) == ("dead", "away", 5)


def test_postponing_does_not_spend_an_attempt(mercy):
    row = make_ingress(mercy)
    lease = claim(Ingress, LIVE)
    with inside(mercy):
        leases.postpone(lease, "provider-down", 30)
    assert 25 < seconds_until_available(row) <= 30
    kept = row_of(lease, mercy)
    assert (kept.state, kept.attempts) == ("received", 0)


@pytest.mark.parametrize("state", ["dead", "quarantined"])
def test_replay_gives_fresh_attempts_and_a_fresh_turn(mercy, lakeside, state):
    row = make_ingress(mercy)
    lease = claim(Ingress, LIVE)
    with inside(mercy):
        leases.finish(lease, state, "some-code")
    for _ in range(3):
        make_ingress(lakeside)
    claim(Ingress, LIVE)
    with inside(mercy):
        assert leases.replay(Ingress.objects.get(pk=row.pk))
        kept = Ingress.objects.get(pk=row.pk)
    assert (kept.state, kept.attempts, kept.error_code) == ("received", 0, "")
    assert kept.turn > row.turn


@pytest.mark.parametrize("state", ["done", "duplicate"])
def test_finished_work_is_not_replayed(mercy, state):
    row = make_ingress(mercy)
    lease = claim(Ingress, LIVE)
    with inside(mercy):
        leases.finish(lease, state)
        assert not leases.replay(row)
        assert Ingress.objects.get(pk=row.pk).state == state


def test_work_in_progress_is_not_replayed(mercy):
    row = make_ingress(mercy)
    lease = claim(Ingress, LIVE)
    with inside(mercy):
        assert not leases.replay(row)
    assert leases.renew(lease)


def test_another_organizations_row_is_not_replayed(mercy, lakeside):
    row = make_ingress(mercy)
    lease = claim(Ingress, LIVE)
    with inside(mercy):
        leases.finish(lease, "dead")
    with inside(lakeside):
        assert not leases.replay(row)


def test_results_that_are_columns_of_the_row_come_along(mercy):
    make_ingress(mercy)
    lease = claim(Ingress, LIVE)
    with inside(mercy):
        leases.finish(lease, "quarantined", "bad-file", refusal_message="No signal.")
    kept = row_of(lease, mercy)
    assert (kept.state, kept.error_code) == ("quarantined", "bad-file")
    assert (kept.refusal_message, kept.lease_token, kept.lease_until) == ("No signal.", None, None)


def test_a_lost_lease_writes_no_result(mercy):
    make_ingress(mercy)
    lease = claim(Ingress, LIVE)
    finish(lease, mercy)
    with pytest.raises(LeaseLost), inside(mercy):
        leases.finish(lease, refusal_message="late")
    assert row_of(lease, mercy).refusal_message == ""


def test_finish_and_results_stand_or_fall_together(mercy):
    make_ingress(mercy)
    lease = claim(Ingress, LIVE)
    with suppress(ZeroDivisionError), inside(mercy):
        write_and_finish(lease, mercy, "half")
        raise ZeroDivisionError
    kept = row_of(lease, mercy)
    assert (kept.state, kept.filename) == ("processing", "")


def test_the_queue_state_tells_what_waits_and_what_is_held(mercy):
    assert leases.queue_state(Ingress) == leases.QueueState(None, 0)
    for _ in range(3):
        make_ingress(mercy)
    claim(Ingress, LIVE)
    state = leases.queue_state(Ingress)
    assert state.leased == 1
    assert 0 <= state.oldest_available_s < 5


def test_a_claim_is_not_undone_by_the_callers_transaction(mercy):
    make_ingress(mercy)
    with suppress(ZeroDivisionError), transaction.atomic():
        claim(Ingress, LIVE)
        raise ZeroDivisionError
    assert claim(Ingress, LIVE) is None
