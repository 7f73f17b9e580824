"""Dates and times as texts say them; the same bounds for every format."""

from __future__ import annotations

import datetime as dt
import re

from .warnings import Warnings

FIRST_YEAR = 1990
_ISO_DATE = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)", re.ASCII)
_TIME = re.compile(r"(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,6})\d*)?)?", re.ASCII)
_TIMESTAMP = re.compile(
    r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:\.(\d{1,6})\d*)?(?:([+-])(\d\d)(\d\d))?", re.ASCII
)


def iso_date(text: str) -> dt.date | None:
    """YYYY-MM-DD; None for anything else."""
    match = _ISO_DATE.fullmatch(text)
    return date_of(*match.groups()) if match else None


def date_of(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def clock_time(text: str) -> dt.time | None:
    """HH:MM, HH:MM:SS with a fraction; None for anything else."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, second, fraction = match.groups(default="0")
    try:
        return dt.time(int(hour), int(minute), int(second), int(fraction.ljust(6, "0")))
    except ValueError:
        return None


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
    """HL7 time, at least to the minute: local time and minutes east of UTC, None if not said.

    None for anything else.
    """
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return None
    *parts, fraction, sign, hours, minutes = match.groups()
    offset = None
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
