"""The ladder as a function of time: which steps are taken, by whom there is, and when the next."""

import datetime as dt

import pytest

from apps.reports.ladder import NOBODY, PASSED, TOLD, Rung, next_due, takings

RAISED = dt.datetime(2026, 3, 29, 0, 50, tzinfo=dt.UTC)
LADDER = [Rung(number, dt.timedelta(minutes=after)) for number, after in ((1, 4), (2, 10), (3, 20))]

# (waited, taken before, numbers where nobody is) → what is done now.
NOW = [
    ("0:03:59", "", "", []),
    ("0:04:00", "", "", [(1, TOLD)]),
    ("0:04:30", "1", "", []),
    ("0:10:00", "1", "", [(2, TOLD)]),
    ("0:25:00", "123", "", []),
    # A late worker tells one, and writes down the others.
    ("0:12:00", "", "", [(1, PASSED), (2, TOLD)]),
    ("9:00:00", "", "", [(1, PASSED), (2, PASSED), (3, TOLD)]),
    ("9:00:00", "1", "", [(2, PASSED), (3, TOLD)]),
    # Nobody there: the next step at once.
    ("0:04:00", "", "1", [(1, NOBODY), (2, TOLD)]),
    ("0:04:00", "", "12", [(1, NOBODY), (2, NOBODY), (3, TOLD)]),
    ("0:04:00", "", "123", [(1, NOBODY), (2, NOBODY), (3, NOBODY)]),
    ("0:10:00", "12", "1", []),
    # Late, and nobody further up: who was missed, the nearest first.
    ("9:00:00", "", "3", [(1, PASSED), (2, TOLD), (3, NOBODY)]),
    ("9:00:00", "", "23", [(1, TOLD), (2, NOBODY), (3, NOBODY)]),
    ("0:12:00", "", "23", [(1, TOLD), (2, NOBODY), (3, NOBODY)]),
]


def span(text):
    hours, minutes, seconds = map(int, text.split(":"))
    return dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)


def numbers(text):
    return {int(digit) for digit in text}


@pytest.mark.parametrize(("waited", "taken", "away", "expected"), NOW)
def test_what_is_taken_now(waited, taken, away, expected):
    away = numbers(away)
    found = takings(LADDER, numbers(taken), span(waited), lambda number: number not in away)
    assert [(taking.number, taking.outcome) for taking in found] == expected


@pytest.mark.parametrize(("waited", "taken", "away", "_"), NOW)
def test_taking_again_what_was_taken_does_nothing(waited, taken, away, _):
    away, before = numbers(away), numbers(taken)

    def take():
        return takings(LADDER, before, span(waited), lambda number: number not in away)

    found = take()
    before |= {taking.number for taking in found}
    assert take() == []
    assert sum(taking.outcome == TOLD for taking in found) <= 1


@pytest.mark.parametrize(("taken", "minutes"), [("", 4), ("1", 10), ("12", 20), ("123", None)])
def test_the_next_step_is_due_by_the_clock_of_the_world(taken, minutes):
    """A night in which the clocks go forward makes no step earlier or later."""
    expected = None if minutes is None else RAISED + dt.timedelta(minutes=minutes)
    assert next_due(LADDER, numbers(taken), RAISED) == expected


def test_without_a_ladder_nothing_is_ever_due():
    assert takings([], set(), dt.timedelta(days=1), lambda _: True) == []
    assert next_due([], set(), RAISED) is None
