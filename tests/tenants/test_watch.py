"""The watch looks at one organization after another and tells begun and ended trouble once."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.utils import timezone

from apps.audit.models import Alarm
from apps.core import leases
from apps.tenants import watch
from apps.tenants.lookups import organization_ids
from tests.database import committed
from tests.factories import inside, make_ingress

pytestmark = committed


@pytest.fixture
def at_once(settings):
    settings.WATCH_SECONDS = 0.001
    return settings


def open_codes(organization):
    with inside(organization):
        return set(Alarm.objects.filter(resolved_at=None).values_list("code", "subject", "figure"))


def look_at_all():
    for organization_id in organization_ids():
        watch.look_at(organization_id)


def test_a_row_that_was_given_up_is_an_alarm_until_it_is_put_back(mercy, lakeside):
    row = make_ingress(mercy, state="dead")
    look_at_all()
    assert open_codes(mercy) == {("queue.given_up", "ingress", 1)}
    assert open_codes(lakeside) == set()
    with inside(mercy):
        assert leases.replay(row)
    look_at_all()
    assert open_codes(mercy) == set()


def test_work_that_nobody_takes_is_an_alarm(mercy, settings):
    settings.ALARM_WAITING_SECONDS = 600
    for minutes in (9, 25):
        make_ingress(mercy, available_at=timezone.now() - dt.timedelta(minutes=minutes))
    look_at_all()
    assert open_codes(mercy) == {("queue.waiting", "ingress", 25)}


def test_work_for_later_is_none(mercy):
    make_ingress(mercy, available_at=timezone.now() + dt.timedelta(hours=1))
    look_at_all()
    assert open_codes(mercy) == set()


def test_a_pass_ends_with_the_last_organization_and_begins_anew(mercy, lakeside, at_once):
    seen = []
    follow = watch.Watch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watch, "look_at", seen.append)
        patch.setattr(watch, "SLICE_S", 5.0)
        patch.setattr(watch, "time", SimpleNamespace(monotonic=iter(range(1000)).__next__))
        for _ in range(9):
            follow.go_on()
    assert seen[: len(organization_ids())] == organization_ids()
    assert seen.count(mercy.pk) > 1


def test_a_slice_that_ends_goes_on_where_it_was(mercy, lakeside, settings):
    settings.WATCH_SECONDS = 60
    seen = []
    follow = watch.Watch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watch, "look_at", seen.append)
        patch.setattr(watch, "SLICE_S", 0.0)
        for _ in range(3):
            follow.go_on()
        assert seen == []
        patch.setattr(watch, "SLICE_S", 5.0)
        follow.go_on()
        follow.go_on()
    assert seen == organization_ids()
