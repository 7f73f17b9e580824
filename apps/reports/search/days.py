"""One day or month as it is written, and which one is meant."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from apps.reports.search.parts import Context
from apps.reports.search.tokens import Token, at

DAYS = ("today", "yesterday")
WEEKDAYS = [name.casefold() for name in calendar.day_name]
MONTHS = [name.casefold() for name in calendar.month_name]
SHORT_MONTHS = [name.casefold() for name in calendar.month_abbr]
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
YEARS = range(1950, 2200)
NOON = 12


@dataclass(frozen=True, slots=True)
class Day:
    """From the first day on, before the day `end`; `text` is parsed to the same."""

    first: dt.date
    end: dt.date
    text: str


UNCLEAR = Day(dt.date.min, dt.date.min, "unclear")
NO_DAY = Day(dt.date.min, dt.date.min, "none")


def day_at(tokens: Sequence[Token], place: int, context: Context) -> tuple[Day | None, int]:
    """The day or month written here and its length.

    UNCLEAR where two are possible, NO_DAY where the calendar has none such.
    """
    if place >= len(tokens):
        return None, 0
    token, today = tokens[place], context.today
    if token.key == "the":
        found, width = day_at(tokens, place + 1, context)
        return (found, width + 1) if found else (None, 0)
    if token.key in DAYS:
        return _one(today - dt.timedelta(days=DAYS.index(token.key)), token.key), 1
    if token.key in ("last", "this") and at(tokens, place + 1) in WEEKDAYS:
        return _weekday(at(tokens, place + 1), today, earlier=token.key == "last"), 2
    if token.key in WEEKDAYS:
        return _weekday(token.key, today), 1
    if token.kind == "date":
        return _iso(token.text), 1
    if token.kind == "slashed":
        return _slashed(token.text), 1
    return _by_month(tokens, place, today)


def _one(day: dt.date, text: str = "") -> Day:
    return Day(day, day + dt.timedelta(days=1), text or f"{day.day} {day:%B} {day.year}")


def _weekday(name: str, today: dt.date, *, earlier: bool = False) -> Day:
    """The newest one that is not to come; `earlier` leaves today out."""
    back = (today.weekday() - WEEKDAYS.index(name)) % 7
    if earlier and back == 0:
        return _one(today - dt.timedelta(days=7), f"last {name.title()}")
    return _one(today - dt.timedelta(days=back), name.title())


def _iso(text: str) -> Day:
    try:
        return _one(dt.date.fromisoformat(text))
    except ValueError:
        return NO_DAY


def _slashed(text: str) -> Day:
    """Day and month are told apart where one of them is no month."""
    one, two, year = (int(part) for part in re.split(r"[/.]", text))
    year += 2000 if year < 100 else 0
    if one <= NOON and two <= NOON and one != two:
        return UNCLEAR
    day, month = (two, one) if two > NOON else (one, two)
    return _dated(year, month, day)


def _dated(year: int, month: int, day: int) -> Day:
    try:
        return _one(dt.date(year, month, day))
    except ValueError:
        return NO_DAY


def _month(key: str) -> int:
    """1 to 12; 0 for what is no month."""
    for names in (MONTHS, SHORT_MONTHS):
        if key in names and key:
            return names.index(key)
    return 9 if key == "sept" else 0


def _by_month(tokens: Sequence[Token], place: int, today: dt.date) -> tuple[Day | None, int]:
    """3 March 2026, March 3, March 2026, March, 2026."""
    here, day = place, ordinal(tokens, place)
    if day:
        here += 1
        here += at(tokens, here) in ("of", "-")
    month = _month(at(tokens, here))
    if not month:
        return _year(tokens, place)
    here += 1
    if not day and (day := ordinal(tokens, here)):
        here += 1
    here += at(tokens, here) in (",", "-") and _number(tokens, here + 1) in YEARS
    year = _number(tokens, here)
    if year in YEARS:
        here += 1
    else:
        year = today.year if (month, day or 1) <= (today.month, today.day) else today.year - 1
    if day:
        return _dated(year, month, day), here - place
    first = dt.date(year, month, 1)
    end = (first + dt.timedelta(days=31)).replace(day=1)
    return Day(first, end, f"{first:%B} {first.year}"), here - place


def _year(tokens: Sequence[Token], place: int) -> tuple[Day | None, int]:
    year = _number(tokens, place)
    if year not in YEARS:
        return None, 0
    return Day(dt.date(year, 1, 1), dt.date(year + 1, 1, 1), str(year)), 1


def _number(tokens: Sequence[Token], place: int) -> int:
    """A whole number; −1 for anything else."""
    if place < len(tokens) and tokens[place].kind == "number" and tokens[place].text.isdecimal():
        return int(tokens[place].text)
    return -1


def same_month(day: Day, number: int) -> Day | None:
    """Another day of its month; None where there is none, or where it is no single day."""
    if day.end - day.first != dt.timedelta(days=1):
        return None
    return _dated(day.first.year, day.first.month, number)


def ordinal(tokens: Sequence[Token], place: int) -> int:
    """A day of a month; 0 for anything else."""
    found = _ORDINAL.fullmatch(at(tokens, place))
    number = int(found[1]) if found else 0
    return number if 1 <= number <= 31 else 0
