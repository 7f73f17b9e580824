"""An alarm is raised once while it lasts, counted, and resolved once."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from apps.audit.alarm_kinds import KINDS
from apps.audit.alarms import Finding, acknowledge, raise_alarm, resolve_alarm, settle
from apps.audit.models import Alarm, AuditEvent
from apps.core.scope import ScopeError, organization_scope
from tests.database import committed
from tests.factories import inside, make_user

CODE, OTHER = "queue.waiting", "queue.given_up"


def open_alarms():
    return {(alarm.code, alarm.subject): alarm for alarm in Alarm.objects.filter(resolved_at=None)}


def events(code):
    return AuditEvent.objects.filter(code=code).count()


def test_what_lasts_is_one_alarm_that_counts(mercy):
    with inside(mercy):
        assert [raise_alarm(CODE, "ingress", figure=n) for n in (11, 12)] == [True, False]
        alarm = open_alarms()[CODE, "ingress"]
    assert (alarm.count, alarm.figure, alarm.severity) == (2, 12, "critical")
    assert str(alarm) == "Work has waited for 12 minutes"


def test_two_subjects_and_two_organizations_are_two_alarms(mercy, lakeside):
    with inside(mercy):
        assert raise_alarm(CODE, "ingress")
        assert raise_alarm(CODE, "delivery")
    with inside(lakeside):
        assert raise_alarm(CODE, "ingress")
        assert len(open_alarms()) == 1


def test_it_is_resolved_once_and_may_come_again(mercy):
    with inside(mercy):
        raise_alarm(CODE)
        assert [resolve_alarm(CODE), resolve_alarm(CODE)] == [True, False]
        assert raise_alarm(CODE)
        assert Alarm.objects.count() == 2


def test_an_unknown_code_and_no_scope_are_refused(mercy):
    with inside(mercy), pytest.raises(KeyError):
        raise_alarm("no.such_alarm")
    with pytest.raises(ScopeError):
        raise_alarm(CODE)


def test_the_first_who_looks_after_it_stays(mercy):
    first, second = make_user(mercy), make_user(mercy)
    with inside(mercy):
        raise_alarm(CODE)
        alarm = Alarm.objects.get()
        assert [acknowledge(alarm, by=first), acknowledge(alarm, by=second)] == [True, False]
        assert Alarm.objects.get().acknowledged_by == first


def test_what_is_over_cannot_be_looked_after(mercy):
    with inside(mercy):
        raise_alarm(CODE)
        alarm = Alarm.objects.get()
        resolve_alarm(CODE)
        assert not acknowledge(alarm, by=make_user(mercy))


def test_settling_raises_what_is_found_and_resolves_the_rest_of_its_codes(mercy):
    with inside(mercy):
        raise_alarm(CODE, "gone")
        raise_alarm("audit.not_verified")
        settle([CODE, OTHER], [Finding(CODE, "ingress", 11), Finding(OTHER, "delivery", 1)])
        assert set(open_alarms()) == {
            (CODE, "ingress"),
            (OTHER, "delivery"),
            ("audit.not_verified", ""),
        }


@committed
def test_each_step_is_on_the_record(mercy):
    user = make_user(mercy)
    with inside(mercy):
        raise_alarm(CODE)
        raise_alarm(CODE)
        acknowledge(Alarm.objects.get(), by=user)
        resolve_alarm(CODE)
    with inside(mercy):
        names = ("raised", "acknowledged", "resolved")
        assert [events(f"audit.alarm.{name}") for name in names] == [1, 1, 1]


@committed
def test_many_who_find_it_at_once_raise_one(mercy):
    new, together = [], threading.Barrier(4)

    def find():
        together.wait()
        with organization_scope(mercy.pk):
            new.append(raise_alarm(CODE))
        connection.close()

    threads = [threading.Thread(target=find) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(new) == [False, False, False, True]


@pytest.mark.parametrize("code", KINDS)
def test_every_kind_says_what_is_wrong_and_what_to_do(code):
    kind = KINDS[code]
    assert kind.says(3)
    assert "{" not in kind.says(None)
    assert kind.remedy.endswith(".")
