"""Time and person of a record, where its header says them in a way that can be relied on."""

from __future__ import annotations

import datetime as dt
import re

from apps.ecg.formats.canonical import PatientIdentity
from apps.ecg.formats.warnings import Warnings

from .header import Header

_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?")
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_AGE = re.compile(r"<?age>?\s*:\s*(\d{1,3})", re.IGNORECASE)
_SEX = re.compile(r"<?sex>?\s*:\s*(m|f|male|female)", re.IGNORECASE)


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
    age = sex = None
    unread = 0
    for line in header.comments:
        if match := _AGE.fullmatch(line.strip()):
            age = float(match[1])
        elif match := _SEX.fullmatch(line.strip()):
            sex = match[1]
        elif line:
            unread += 1
    if unread:
        warnings.add("comments-unread", f"{unread} lines of comment are kept in the file only.")
    letter = sex[0].upper() if sex else ""
    return PatientIdentity(
        sex="M" if letter == "M" else "F" if letter == "F" else "", age_years=age
    )
