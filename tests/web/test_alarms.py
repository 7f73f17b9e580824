"""The page of alarms: what is wrong, who looks after it, what was."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.audit.alarms import raise_alarm, resolve_alarm
from apps.audit.models import Alarm
from tests.database import committed
from tests.factories import inside

pytestmark = committed


def alarm_of(organization, code="storage.not_genuine", **fields):
    with inside(organization):
        raise_alarm(code, **fields)
        return Alarm.objects.get(code=code)


def ask(client, alarm, do):
    return client.post(reverse("alarm", args=[alarm.public_id]), {"do": do})


@pytest.fixture
def technician_client(client_of, technician):
    return client_of(technician)


@pytest.fixture
def reader_client(client_of, reader):
    return client_of(reader)


@pytest.fixture
def page(technician_client):
    return lambda: technician_client.get(reverse("alarms")).content.decode()


def test_nothing_wrong_says_so(page):
    assert "Nothing is wrong" in page()


def test_what_is_wrong_is_shown_with_what_to_do(mercy, page):
    alarm_of(mercy, "queue.waiting", figure=25)
    assert "Work has waited for 25 minutes" in page()
    assert "restart a worker" in page()


def test_somebody_looks_after_it(mercy, technician_client, technician, page):
    ask(technician_client, alarm_of(mercy), "acknowledge")
    assert f"{technician} looks after it" in page()
    assert "I look after it" not in page()


def test_a_person_resolves_what_the_platform_cannot_see(mercy, technician_client, page):
    ask(technician_client, alarm_of(mercy), "resolve")
    assert "Nothing is wrong" in page()
    assert "Resolved" in page()


def test_a_standing_alarm_is_not_talked_away(mercy, technician_client):
    alarm = alarm_of(mercy, "queue.waiting")
    ask(technician_client, alarm, "resolve")
    with inside(mercy):
        assert Alarm.objects.get(pk=alarm.pk).is_open


def test_a_reader_is_refused(reader_client):
    assert reader_client.get(reverse("alarms")).status_code == 403


def test_what_is_over_stays_on_the_page(mercy, page):
    alarm = alarm_of(mercy)
    with inside(mercy):
        resolve_alarm(alarm.code)
    assert "Stored bytes are missing" in page()


def test_the_bar_counts_them_for_who_handles_them(mercy, technician_client, reader_client):
    alarm_of(mercy)
    address = reverse("worklist")
    assert "1 alarm" in technician_client.get(address).content.decode()
    assert "1 alarm" not in reader_client.get(address).content.decode()
