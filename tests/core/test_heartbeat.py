"""A long job keeps its row; a hung one loses it."""

from __future__ import annotations

import time

import pytest

from apps.core import drain, heartbeat, leases
from apps.core.heartbeat import Heartbeat
from apps.core.leases import LIVE, claim
from apps.ingestion.models import Ingress
from tests.database import committed
from tests.factories import make_ingress

pytestmark = committed


@pytest.fixture
def lease(mercy, settings):
    settings.LEASE_SECONDS = 0.3
    settings.HEARTBEAT_SECONDS = 0.05
    make_ingress(mercy)
    return claim(Ingress, LIVE)


def test_a_watched_lease_outlives_its_length(lease):
    with Heartbeat() as beat:
        beat.watch(lease)
        time.sleep(0.5)
        assert leases.reclaim(Ingress) == 0


def test_a_lease_nobody_watches_runs_out(lease):
    with Heartbeat():
        time.sleep(0.5)
        assert leases.reclaim(Ingress) == 1


def test_a_hung_job_is_not_kept_alive_past_its_limit(lease, settings):
    settings.STAGE_LIMIT_SECONDS = 0.1
    with Heartbeat() as beat:
        beat.watch(lease)
        time.sleep(0.6)
        assert leases.reclaim(Ingress) == 1


def test_a_large_file_has_as_much_longer_as_its_bytes_need(lease, settings):
    settings.STAGE_LIMIT_SECONDS = 0.1
    settings.STAGE_BYTES_PER_SECOND = 1000
    with Heartbeat() as beat:
        beat.watch(lease)
        heartbeat.allow_for(600)
        time.sleep(0.5)
        assert leases.reclaim(Ingress) == 0
        time.sleep(0.8)
        assert leases.reclaim(Ingress) == 1


def test_what_one_row_was_allowed_the_next_is_not(lease, settings):
    settings.STAGE_LIMIT_SECONDS = 0.1
    settings.STAGE_BYTES_PER_SECOND = 1
    with Heartbeat() as beat:
        beat.watch(lease)
        heartbeat.allow_for(600)
        beat.watch(lease)
        time.sleep(0.6)
        assert leases.reclaim(Ingress) == 1


def test_the_largest_upload_may_be_fetched_slowly(mercy, settings):
    """As the queue does it: the limit grows with the size that the row states."""
    settings.STAGE_LIMIT_SECONDS = 300
    row = make_ingress(mercy, size=settings.UPLOAD_CAPS["video"])
    allowed = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Heartbeat, "lengthen", lambda _self, seconds: allowed.append(seconds))
        assert drain.work_on(Ingress, row.pk)
    assert allowed == [2048]


def test_the_beat_survives_a_database_that_is_away(lease, monkeypatch):
    from django.db import OperationalError

    failures = []

    def away(_lease):
        failures.append(1)
        raise OperationalError("the server is away")

    with Heartbeat() as beat, monkeypatch.context() as patch:
        patch.setattr(heartbeat.leases, "renew", away)
        beat.watch(lease)
        time.sleep(0.15)
        patch.undo()
        time.sleep(0.4)
        assert leases.reclaim(Ingress) == 0
    assert failures
