"""Until when a lock-out lasts: to the full minute, and alike for people there are not."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from axes.models import AccessAttempt

from apps.tenants.counting import counted_as
from apps.tenants.lockout import locked_out_in_words, open_again_at

NOW = dt.datetime(2026, 11, 29, 14, 20, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def tried(*tries, email="somebody@example.test"):
    """Failures and how many minutes ago, each from a browser of its own."""
    for place, (failures, minutes) in enumerate(tries):
        row = AccessAttempt.objects.create(
            username=counted_as(email),
            ip_address="127.0.0.1",
            user_agent=f"browser {place}",
            failures_since_start=failures,
        )
        AccessAttempt.objects.filter(pk=row.pk).update(
            attempt_time=NOW - dt.timedelta(minutes=minutes, seconds=-1)
        )


@pytest.mark.parametrize(
    ("tries", "until"),
    [
        ([], None),
        ([(4, 2)], None),
        ([(5, 2)], (14, 34)),
        ([(5, 15)], (14, 21)),
        ([(5, 16)], None),
        ([(3, 10), (2, 1)], (14, 26)),
        ([(1, 14), (5, 1)], (14, 35)),
    ],
)
def test_it_ends_when_enough_failures_are_a_quarter_of_an_hour_old(tries, until, rf):
    tried(*tries)
    with time_machine.travel(NOW, tick=False):
        found = open_again_at(rf.post("/sign-in"), " Somebody@example.test")
    assert (found and (found.hour, found.minute)) == until


def test_another_address_is_open_and_the_words_name_the_zone(rf):
    tried((5, 2))
    with time_machine.travel(NOW, tick=False):
        assert open_again_at(rf.post("/", REMOTE_ADDR="10.0.0.9"), "somebody@example.test") is None
        words = locked_out_in_words(rf.post("/"), "somebody@example.test")
    assert words == "Too many attempts. Try again at 14:34 UTC or ask your administrator."
