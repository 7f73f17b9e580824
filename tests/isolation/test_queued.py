"""Rows of the queue and of the caches are of no organization, and what is not is named."""

from __future__ import annotations

import base64
import pickle

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.models import OrmQ, Schedule, Task
from django_q.tasks import async_task

from apps.core import drain
from apps.core.isolation.caches import cached_values_are_nobodys, caches_are_the_allowed_ones
from apps.core.isolation.catalog import Found
from apps.core.isolation.queued import tasks_carry_nothing

pytestmark = pytest.mark.django_db

DRAIN = "apps.core.drain.drain"


def finished(**given):
    when = timezone.now()
    empty = {"args": (), "kwargs": {}, "func": DRAIN, "started": when, "stopped": when}
    return Task.objects.create(**({"id": "1", "name": "n"} | empty | given))


def faults():
    return [fault.split(" ", 3)[3] for fault in tasks_carry_nothing().faults]


def test_the_products_own_tasks_carry_nothing():
    drain.wake()
    finished(success=True)
    Schedule.objects.create(func=DRAIN)
    assert tasks_carry_nothing() == Found(3, [])


@pytest.mark.parametrize(
    "given",
    [{"args": ("x",)}, {"kwargs": {"x": 1}}, {"result": "x"}, {"hook": "x"}, {"group": "x"}],
)
@pytest.mark.parametrize("success", [True, False])
def test_a_finished_task_that_carries_something_is_named(given, success):
    finished(success=success, **given)
    assert faults() == [f"carries {part}" for part in given]


def test_a_result_of_zero_is_a_result():
    finished(success=True, result=0)
    assert faults() == ["carries result"]


def test_a_waiting_task_that_carries_something_is_named():
    async_task(DRAIN, 1)
    async_task(DRAIN, organization=1)
    async_task(DRAIN, group="mercy")
    assert faults() == ["carries args", "carries kwargs", "carries group", "carries group"]


@pytest.mark.parametrize("given", [{"args": "(1,)"}, {"kwargs": "{'x': 1}"}, {"hook": "x"}])
def test_a_schedule_that_carries_something_is_named(given):
    Schedule.objects.create(func=DRAIN, **given)
    assert faults() == [f"carries {part}" for part in given]


def test_what_may_not_be_called_is_named():
    async_task("apps.ingestion.actions.accept")
    finished(func="os.system")
    Schedule.objects.create(func="os.system")
    assert faults() == ["calls what is not allowed"] * 3


def test_a_waiting_task_that_cannot_be_opened_is_named():
    OrmQ.objects.create(key="x", payload="x", lock=timezone.now())
    assert faults() == ["calls what is not allowed"]


def test_a_drain_that_fails_leaves_no_words_in_the_queue(monkeypatch, log_text):
    """What it raised may quote a row, and the queue would keep it."""

    def broken():
        raise DatabaseError("Failing row contains (LINDQVIST)")

    monkeypatch.setattr(drain, "_emptied", broken)
    assert drain.drain() is None
    assert "drain.failed" in log_text()
    assert "LINDQVIST" not in log_text()


def keep(key, value):
    packed = base64.b64encode(pickle.dumps(value)).decode()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO web_cache VALUES (%s, %s, now())", [key, packed])


def test_the_products_caches_are_allowed_ones(settings):
    assert caches_are_the_allowed_ones() == Found(2, [])
    elsewhere = {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache"}
    settings.CACHES = settings.CACHES | {"pages": elsewhere | {"LOCATION": "/tmp"}}
    assert caches_are_the_allowed_ones().faults == ["the cache 'pages' is not an allowed one"]


def test_what_a_qcluster_tells_of_itself_is_kept_nowhere():
    broker = get_broker()
    broker.set_stat("django_q:einthoven:cluster:x", "the name of its machine", 3)
    assert broker.get_stat("django_q:einthoven:cluster:x") is None
    assert cached_values_are_nobodys() == Found(0, [])


def test_attempts_and_used_codes_are_nobodys():
    cache.set("allauth:rl:x", [1.5, 2.5])
    cache.add("tenants.code:x", 1)
    cache.add("allauth.mfa.totp.used?user=1&code=000000", "y")
    assert cached_values_are_nobodys() == Found(3, [])


@pytest.mark.parametrize("key", [":1:mercy", ":1:x:tenants.code:1", "tenants.code:1"])
def test_a_cached_row_with_another_key_is_named(key):
    keep(key, 1)
    assert cached_values_are_nobodys().faults == ["cached row 1 has a key that is not allowed"]


@pytest.mark.parametrize("value", ["Lindqvist", [b"x"], {"a": 1}, timezone.now(), [["x"]]])
def test_a_cached_row_with_words_is_named(value):
    keep(":1:allauth:rl:x", value)
    assert cached_values_are_nobodys().faults == ["cached row 1 holds more than numbers"]
