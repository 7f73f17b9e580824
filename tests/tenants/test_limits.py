"""Limits at the doors: exact, for one organization only, refilled by the clock."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection, connections
from django.db.utils import IntegrityError

from apps.core.scope import ScopeError, organization_scope
from apps.tenants.limits import forget_addresses, spend, spend_as_address
from apps.tenants.model_limits import Door
from apps.tenants.models import RateCounter, RateLimit
from tests.admin.people import events
from tests.database import committed
from tests.factories import inside, organization_of

pytestmark = committed


@pytest.fixture
def few(settings):
    settings.LIMITS_PER_MINUTE = dict.fromkeys(Door.values, 3)


def spend_at(organization, door=Door.API, times=1):
    with organization_scope(organization.pk):
        return [spend(door) for _ in range(times)]


def turn_back(organization, seconds):
    """As if that much time had passed."""
    with inside(organization), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tenants_ratecounter"
            " SET spent_until = spent_until - %s, noted_at = noted_at - %s",
            [dt.timedelta(seconds=seconds)] * 2,
        )


def test_a_minutes_worth_may_come_at_once_and_no_more(few, mercy):
    waits = spend_at(mercy, times=5)
    assert waits[:3] == [0, 0, 0]
    assert all(15 <= wait <= 20 for wait in waits[3:])


def test_one_organizations_haste_is_no_others(few, mercy, lakeside):
    assert spend_at(mercy, times=4)[-1] > 0
    assert spend_at(lakeside) == [0]


def test_doors_count_apart(few, mercy):
    assert spend_at(mercy, Door.API, 4)[-1] > 0
    assert spend_at(mercy, Door.WEB) == [0]


def test_who_waited_as_told_goes_on(few, mercy):
    wait = spend_at(mercy, times=4)[-1]
    turn_back(mercy, wait)
    assert spend_at(mercy, times=2)[0] == 0


def test_a_pause_fills_up_a_minutes_worth_and_no_more(few, mercy):
    spend_at(mercy, times=3)
    turn_back(mercy, 3600)
    assert [wait > 0 for wait in spend_at(mercy, times=4)] == [False, False, False, True]


def test_being_refused_costs_nothing(few, mercy):
    spend_at(mercy, times=3)
    first, *_, last = spend_at(mercy, times=20)
    assert last <= first


def test_an_organizations_own_limit_goes_before_the_installations(few, mercy, lakeside):
    with inside(mercy):
        RateLimit.objects.create(organization=mercy, door="api", per_minute=5)
    assert sum(wait == 0 for wait in spend_at(mercy, times=8)) == 5
    assert sum(wait == 0 for wait in spend_at(lakeside, times=8)) == 3
    assert sum(wait == 0 for wait in spend_at(mercy, Door.WEB, 8)) == 3


@pytest.mark.parametrize("number", [7, 60, 999])
def test_any_limit_is_exact(number, mercy, settings):
    settings.LIMITS_PER_MINUTE = {"api": number}
    waits = spend_at(mercy, times=number + 1)
    # On a slow machine some come back while the rest is spent.
    assert waits[:number] == [0] * number
    assert waits[number] >= 0
    turn_back(mercy, -60)
    assert spend_at(mercy)[0] > 0


def test_a_limit_of_nothing_is_no_limit(mercy):
    for number in (0, 1_000_001):
        with pytest.raises(IntegrityError), inside(mercy):
            RateLimit.objects.create(organization=mercy, door="api", per_minute=number)


def test_refusals_are_on_the_record_once_a_minute(few, mercy):
    spend_at(mercy, times=30)
    assert len(events(mercy, "tenants.limit.reached")) == 1
    spend_at(mercy, Door.WEB, 30)
    assert len(events(mercy, "tenants.limit.reached")) == 2
    turn_back(mercy, 61)
    spend_at(mercy, times=30)
    found = [event.details for event in events(mercy, "tenants.limit.reached")]
    assert found == ['{"door": "api"}', '{"door": "web"}', '{"door": "api"}']


def test_processes_count_together(mercy, settings):
    settings.LIMITS_PER_MINUTE = {"api": 20}
    passed = []

    def many():
        try:
            passed.extend(wait == 0 for wait in spend_at(mercy, times=15))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 60
    # The limit, and what a loaded machine let come back meanwhile.
    assert 20 <= sum(passed) <= 25


def test_without_an_organization_nothing_is_counted():
    with pytest.raises(ScopeError):
        spend(Door.WEB)


def test_counting_leaves_no_scope_behind(mercy):
    spend_at(mercy)
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.current_org()")
        assert cursor.fetchone() == (None,)


def test_addresses_are_kept_as_hashes_and_forgotten(few):
    platform = organization_of("platform")
    for address in ("aa", "aa", "aa", "bb"):
        assert spend_as_address(Door.SIGN_IN, address) == 0
    assert spend_as_address(Door.SIGN_IN, "aa") > 0
    assert spend_as_address(Door.SIGN_IN, "bb") == 0
    assert forget_addresses() == 0
    turn_back(platform, 3600)
    assert forget_addresses() == 2


def test_counters_of_organizations_are_not_forgotten(mercy):
    spend_at(mercy)
    turn_back(mercy, 3600)
    forget_addresses()
    with inside(mercy):
        assert RateCounter.objects.count() == 1


def test_a_counter_is_written_without_the_servers_log():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'tenants_ratecounter'")
        assert cursor.fetchone() == ("u",)
