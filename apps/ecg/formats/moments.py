"""Dates and times as texts say them; the same bounds for every format."""

from __future__ import annotations

import datetime as dt
import re

from .warnings import Warnings

FIRST_YEAR = 1990
_YEAR_FIRST = re.compile(
    r"(\d{4})(?:([-/.])(\d\d?)\2(\d\d?)|(\d\d)(\d\d))(?:[T ]00:00:00(?:\.0+)?)?", re.ASCII
)
_MONTH_IN_WORDS = re.compile(r"(\d\d?)[- ]([A-Za-z]{3})[- ](\d{4})", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = re.compile(r"(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,6})\d*)?)?(?: ?([AaPp])[Mm])?", re.ASCII)
_TIMESTAMP = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)[T ]?(\d\d):?(\d\d):?(\d\d)?(?:\.(\d{1,6})\d*)?"
    r"(?:(Z)|([+-])(\d\d):?(\d\d))?",
    re.ASCII,
)


def plain_date(text: str) -> dt.date | None:
    """A date nobody can read in two ways; None for anything else.

    The year first, with one sign between its parts or none, a midnight behind it or not; or the
    month as an English word.
    """
    if match := _YEAR_FIRST.fullmatch(text):
        year, _, *parts = match.groups()
        month, day = (part for part in parts if part)
        return date_of(year, month, day)
    match = _MONTH_IN_WORDS.fullmatch(text)
    if match is None or match[2].lower() not in _MONTHS:
        return None
    return date_of(match[3], str(_MONTHS.index(match[2].lower()) + 1), match[1])


def date_of(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def clock_time(text: str) -> dt.time | None:
    """HH:MM, HH:MM:SS with a fraction, each with AM or PM or not; None for anything else."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, second, fraction, half = match.groups(default="0")
    try:
        return dt.time(
            _hour(int(hour), half.upper()), int(minute), int(second), int(fraction.ljust(6, "0"))
        )
    except ValueError:
        return None


def _hour(hour: int, half: str) -> int:
    """Of 24. Raises ValueError for an hour no clock of twelve shows."""
    if half not in ("A", "P"):
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("no hour of a clock of twelve")
    return hour % 12 + 12 * (half == "P")


def local_time(
    date: dt.date | None, time: dt.time | None, warnings: Warnings
) -> dt.datetime | None:
    """Local time of both; None, with a warning, where one is missing."""
    if date is None or time is None:
        warnings.add("time-source", "The file does not say when it was recorded.")
        return None
    return checked_clock(dt.datetime.combine(date, time), warnings)


def checked_clock(local: dt.datetime, warnings: Warnings) -> dt.datetime:
    if local.year < FIRST_YEAR:
        warnings.add("bad-clock", f"The device's clock says a year before {FIRST_YEAR}.")
    return local


def timestamp(text: str) -> tuple[dt.datetime, int | None] | None:
    """HL7 or ISO 8601 time, to the minute or finer, and minutes east of UTC, None if not said.

    None for anything else.
    """
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return None
    *parts, fraction, utc, sign, hours, minutes = match.groups()
    offset = 0 if utc else None
    if sign:
        offset = (int(hours) * 60 + int(minutes)) * (-1 if sign == "-" else 1)
        if int(minutes) > 59 or not -720 <= offset <= 840:
            return None
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    microsecond = int((fraction or "0").ljust(6, "0"))
    try:
        date, time = dt.date(year, month, day), dt.time(hour, minute, second, microsecond)
    except ValueError:
        return None
    return dt.datetime.combine(date, time), offset
