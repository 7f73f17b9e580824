"""Who is on call: the rota and its hand-overs as a function of time."""

import datetime as dt

import pytest

from apps.reports.cover import Entry, on_call
from apps.reports.on_call import NotCovered, period

DAY = dt.datetime(2026, 11, 29, tzinfo=dt.UTC)
ADA, BEN, CARA = 1, 2, 3


def at(hour):
    return DAY + dt.timedelta(hours=hour)


def entries(*rows):
    """(person, instead of, from hour, to hour) in the order in which they were written."""
    return [
        Entry(number, person, giver, at(begins), at(ends))
        for number, (person, giver, begins, ends) in enumerate(rows)
    ]


ROTA = entries((ADA, None, 8, 20), (BEN, None, 20, 32), (CARA, ADA, 12, 14), (BEN, CARA, 13, 14))


@pytest.mark.parametrize(
    ("hour", "people"),
    [
        (7.99, []), (8, [ADA]), (12, [CARA]), (13.5, [BEN]), (14, [ADA]),
        (19.99, [ADA]), (20, [BEN]), (31.99, [BEN]), (32, []),
    ],
)  # fmt: skip
def test_cover_begins_at_its_time_and_ends_before_its_end(hour, people):
    assert on_call(ROTA, at(hour)) == people


def test_two_on_one_list_are_both_on_call_and_each_once():
    rota = entries((ADA, None, 0, 9), (BEN, None, 0, 9), (BEN, ADA, 2, 4))
    assert on_call(rota, at(1)) == [ADA, BEN]
    assert on_call(rota, at(3)) == [BEN]


def test_cover_that_nobody_has_is_handed_over_to_nobody():
    assert on_call(entries((BEN, ADA, 0, 9)), at(1)) == []


@pytest.mark.parametrize(
    ("begins", "ends", "zone", "field"),
    [
        ("2026-03-29T01:30", "2026-03-29T09:00", "Europe/London", "begins"),  # skipped
        ("2026-10-24T20:00", "2026-10-25T01:30", "Europe/London", "ends"),  # there twice
        ("2026-03-28T20:00", "2026-03-28T19:00", "Europe/London", "ends"),
        ("2026-03-28T20:00", "2026-06-28T20:00", "Europe/London", "ends"),
        ("2026-03-28T20:00", "2026-03-29T08:00", "Mars/Olympus", "zone"),
        ("2026-03-28T20:00Z", "2026-03-29T08:00", "Europe/London", "begins"),
        ("2026-03-28T20:00", "", "Europe/London", "ends"),
    ],
)
def test_a_time_that_its_zone_does_not_have_once_is_refused(begins, ends, zone, field):
    with pytest.raises(NotCovered) as refused:
        period(begins, ends, zone, dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    assert refused.value.field == field


def test_a_night_is_as_long_as_the_world_says():
    when = period(
        "2026-03-28T20:00", "2026-03-29T08:00", "Europe/London", DAY.replace(month=3, day=1)
    )
    assert when.ends_at - when.begins_at == dt.timedelta(hours=11)
