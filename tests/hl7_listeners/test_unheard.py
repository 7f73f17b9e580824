"""A listener at whose port nothing listens is told to its organization, until something does."""

from __future__ import annotations

from collections import defaultdict

import pytest

from apps.audit.alarms import settle
from apps.audit.models import Alarm
from apps.core import silence
from apps.core.silence import BETWEEN_S, GRACE_S, Silence
from apps.integrations.mllp import unheard
from apps.integrations.mllp.unheard import watch
from tests.database import committed
from tests.factories import inside
from tests.hl7_listeners.peers import free_port, listener, listening

pytestmark = committed


@pytest.fixture
def clock(monkeypatch):
    """Seconds that go on when told to."""
    now = [1000.0]
    monkeypatch.setattr(silence.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(unheard, "_silences", defaultdict(Silence))
    return now


def test_a_silence_is_an_alarm_once_it_is_longer_than_a_restart(mercy, lakeside, clock):
    row = listener(mercy)
    listener(mercy, name="Old", port=free_port(), is_active=False)
    with inside(mercy):
        assert list(watch()) == []
        clock[0] += GRACE_S
        assert list(watch()) == []
        clock[0] += 61
        settle(("hl7.unheard",), watch())
        (alarm,) = Alarm.objects.all()
        assert (alarm.code, alarm.subject, alarm.figure) == ("hl7.unheard", str(row.port), 3)
    with inside(lakeside):
        assert list(watch()) == []


def test_it_is_over_once_somebody_listens(mercy, monkeypatch):
    monkeypatch.setattr(unheard, "_silences", defaultdict(Silence))
    monkeypatch.setattr(unheard, "GRACE_S", -1.0)
    monkeypatch.setattr(silence, "BETWEEN_S", 0.0)
    row = listener(mercy, host="")
    with inside(mercy):
        settle(("hl7.unheard",), [unheard.Finding("hl7.unheard", str(row.port), 3)])
    monkeypatch.setattr(unheard, "GRACE_S", GRACE_S)
    monkeypatch.setattr("apps.integrations.mllp.listeners.may_speak_plainly", lambda *_: True)
    with listening(), inside(mercy):
        settle(("hl7.unheard",), watch())
        assert Alarm.objects.get().resolved_at
    assert BETWEEN_S > 0
