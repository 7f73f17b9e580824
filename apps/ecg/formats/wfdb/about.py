"""Time and person of a record, where its header says them in a way that can be relied on."""

from __future__ import annotations

import datetime as dt
import re

from apps.ecg.formats.canonical import PatientIdentity
from apps.ecg.formats.identity import read_sex
from apps.ecg.formats.warnings import Warnings

from .header import Header

_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?")
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_FLAGS = re.IGNORECASE | re.ASCII
_SEX = re.compile(r"(?:^|(?<=\s))<?(?:sex|gender)>?\s*:\s*(\w+)", _FLAGS)
# Years where nothing else is said: what follows is the end or the next name, never "months".
_AGE = re.compile(
    r"(?:^|(?<=\s))<?age>?\s*:\s*(\d{1,3}(?:\.\d+)?)(?:\s*(?:y|yrs?|years?))?"
    r"(?=[,;]?(?:\s*$|\s+<?\w+>?\s*:))",
    _FLAGS,
)
_OLDEST_YEARS = 150


def acquired(header: Header, warnings: Warnings) -> dt.datetime | None:
    """Base date (day/month/year, header(5)) and time; None without both."""
    time, date = _TIME.fullmatch(header.time), _DATE.fullmatch(header.date)
    if time is None or date is None:
        warnings.add("time-source", "The record states no date and time.")
        return None
    hour, minute, second = (int(time[n]) for n in (1, 2, 3))
    day, month, year = (int(date[n]) for n in (1, 2, 3))
    micro = int((time[4] or "").ljust(6, "0"))
    try:
        return dt.datetime(year, month, day, hour, minute, second, micro)  # noqa: DTZ001 — local
    except ValueError:
        warnings.add("time-source", "The record's date or time does not exist.")
        return None


def patient(header: Header, warnings: Warnings) -> PatientIdentity:
    """Age and sex from the comments; all else they say stays in the original only."""
    age, sex = None, ""
    unread = 0
    for line in header.comments:
        years, letter = _AGE.search(line), _SEX.search(line)
        if years and float(years[1]) <= _OLDEST_YEARS:
            age = float(years[1])
        sex = letter[1] if letter else sex
        unread += bool(_SEX.sub("", _AGE.sub("", line)).strip())
    if unread:
        warnings.add("comments-unread", f"{unread} lines of comment are kept in the file only.")
    return PatientIdentity(sex=read_sex(sex, warnings), age_years=age)
