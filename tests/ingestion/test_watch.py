"""What arrivals tell: sites that fall silent, many refusals, a queue that grows."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from apps.ingestion.models import Ingress
from apps.ingestion.silence import ASKED, asked_at, unusual_silences
from apps.ingestion.watch import arrivals
from apps.tenants.models import Site
from tests.database import committed
from tests.factories import inside, make_ingress
from tests.many import multiply, tighten_indexes

MINUTE = dt.timedelta(minutes=1)
DAY_MIN = 24 * 60


@pytest.fixture
def ward(mercy):
    with inside(mercy):
        return Site.objects.create(organization=mercy, name="Ward 7", time_zone="Europe/London")


def came(organization, *minutes_ago, **fields):
    """Arrivals so many minutes ago, whatever the clock of the row said."""
    for ago in minutes_ago:
        row = make_ingress(organization, **fields)
        with inside(organization):
            Ingress.objects.filter(pk=row.pk).update(received_at=timezone.now() - ago * MINUTE)


def found(organization):
    with inside(organization):
        return {(finding.code, finding.subject): finding.figure for finding in arrivals()}


def test_a_site_silent_for_longer_than_it_ever_was_is_told(mercy, ward):
    came(mercy, *range(200, 200 + 25 * 40, 40), site=ward, outcome="new", state="done")
    assert found(mercy) == {("ingestion.site_silent", "Ward 7"): 200}


def test_the_night_is_usual_and_a_new_site_is_not_known_yet(mercy, lakeside, ward):
    came(mercy, *range(300, 500, 10), *range(900, 1000, 10), site=ward, state="done")
    assert found(mercy) == {}
    came(lakeside, *range(5000, 5019))
    assert found(lakeside) == {}


def test_what_the_platform_sends_itself_breaks_no_silence(mercy, ward):
    came(mercy, *range(200, 200 + 25 * 40, 40), site=ward, outcome="new", state="done")
    came(mercy, 1, site=ward, is_canary=True, state="done")
    assert ("ingestion.site_silent", "Ward 7") in found(mercy)


def test_a_site_among_busy_ones_is_told_for_as_long_as_it_is_silent(mercy, ward):
    """Its own last weeks say what is usual, whatever others send and however long it lasts."""
    silent_min = 20 * DAY_MIN
    came(mercy, *range(silent_min, silent_min + 27 * DAY_MIN, DAY_MIN), site=ward, state="done")
    with inside(mercy):
        busy = Site.objects.create(organization=mercy, name="Hall", time_zone="Europe/London")
    came(mercy, *range(0, 60, 2), site=busy, state="done")
    assert found(mercy) == {("ingestion.site_silent", "Ward 7"): silent_min}


def test_a_weekend_is_usual_where_there_was_one_and_a_site_that_closed_is_let_be(mercy, ward):
    monday = 7 * DAY_MIN
    week = [monday + day * DAY_MIN + hour * 60 for day in range(5) for hour in range(8)]
    came(mercy, *week, *(minute + 7 * DAY_MIN for minute in week), site=ward, state="done")
    with inside(mercy):
        assert not _silent_in(3 * DAY_MIN - monday)
        assert _silent_in(5 * DAY_MIN - monday)
        assert not _silent_in(91 * DAY_MIN - monday)


def _silent_in(minutes):
    return list(unusual_silences(timezone.now() + minutes * MINUTE))


@committed
def test_silence_is_read_by_an_index_whatever_is_stored(mercy, ward):
    came(mercy, 200, site=ward, state="done")
    with inside(mercy):
        multiply(mercy, Ingress.objects.get(), unique="idem_key", site=None)
    tighten_indexes()
    with inside(mercy), connection.cursor() as cursor:
        now = timezone.now()
        cursor.execute(f"EXPLAIN {ASKED}", asked_at(now))
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert plan.count("ingress_of_site") == 2
    assert "Seq Scan on ingestion_ingress" not in plan


@pytest.mark.parametrize(("refused", "told"), [(4, {}), (5, {("ingestion.many_refused", ""): 25})])
def test_more_than_one_in_five_refused_is_told(mercy, refused, told):
    came(mercy, *[30] * refused, outcome="quarantined", state="quarantined")
    came(mercy, *[30] * (20 - refused), outcome="new", state="done")
    assert found(mercy) == told


def test_a_queue_that_grows_is_told_and_one_that_flows_is_not(mercy, lakeside):
    came(mercy, *[7] * 50)
    came(lakeside, *[7] * 50)
    came(lakeside, *[7] * 51, outcome="new", state="done")
    assert found(mercy) == {("queue.growing", "ingress"): 50}
    assert found(lakeside) == {}
