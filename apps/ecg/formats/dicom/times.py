"""When the ECG was taken: local time, offset, and which attribute said so."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from apps.ecg.formats import profiles

from . import tags
from .elements import Dataset
from .values import Reader, ascii_text

_DATE = re.compile(r"(\d{4})\.?(\d\d)\.?(\d\d)")
_DATE_TIME = re.compile(r"(\d{8})(\d{2,6}(?:\.\d{1,6})?)([+-]\d{4})?")
_TIME = re.compile(r"(\d\d):?(\d\d)?:?(\d\d)?(?:\.(\d{1,6}))?")
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)")
FIRST_YEAR = 1990


class Acquired(NamedTuple):
    local: dt.datetime | None
    utc_offset_minutes: int | None
    source: str


def read_acquired(dataset: Dataset, reader: Reader) -> Acquired:
    local, offset, source = _date_time(dataset)
    if local is None:
        local, source = _from_parts(dataset)
        reader.warnings.add(
            "time-source", f"No acquisition time; taken from {source or 'nothing'}."
        )
    if local and local.year < FIRST_YEAR:
        reader.warnings.add("bad-clock", f"The device's clock says a year before {FIRST_YEAR}.")
    if offset is None:
        offset = _dataset_offset(dataset, reader)
    return Acquired(local, offset if local else None, source)


def _date_time(dataset: Dataset) -> tuple[dt.datetime | None, int | None, str]:
    match = _DATE_TIME.fullmatch(ascii_text(dataset, tags.ACQUISITION_DATE_TIME))
    if match is None:
        return None, None, ""
    local = combine(match[1], match[2])
    return local, parse_offset(match[3] or ""), "AcquisitionDateTime" if local else ""


def _from_parts(dataset: Dataset) -> tuple[dt.datetime | None, str]:
    """Acquisition first; content may be the export, study the order."""
    for date, time, source in (
        (tags.ACQUISITION_DATE, tags.ACQUISITION_TIME, "AcquisitionDate"),
        (tags.CONTENT_DATE, tags.CONTENT_TIME, "ContentDate"),
        (tags.STUDY_DATE, tags.STUDY_TIME, "StudyDate"),
    ):
        found = combine(ascii_text(dataset, date), ascii_text(dataset, time), field=source)
        if found:
            return found, source
    return None, ""


def _dataset_offset(dataset: Dataset, reader: Reader) -> int | None:
    text = ascii_text(dataset, tags.TIMEZONE_OFFSET).split("\\")[0]
    offset = parse_offset(text)
    if text and offset is None:
        reader.warnings.add("time-offset", "The offset from UTC is not an offset.")
    return offset


def parse_date(text: str) -> dt.date | None:
    match = _DATE.fullmatch(text)
    try:
        return dt.date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def combine(date: str, time: str, *, field: str = "") -> dt.datetime | None:
    """None unless the date is whole and the time has at least hours."""
    day = parse_date(date) or (profiles.date(field, date) if field else None)
    match = _TIME.fullmatch(time)
    if day is None or match is None:
        return None
    hour, minute, second, fraction = match.groups(default="0")
    try:
        clock = dt.time(int(hour), int(minute), int(second), int(fraction.ljust(6, "0")))
    except ValueError:
        return None
    return dt.datetime.combine(day, clock)


def parse_offset(text: str) -> int | None:
    """Minutes east of UTC, within -12:00 and +14:00."""
    match = _OFFSET.fullmatch(text)
    if match is None or int(match[3]) > 59:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    minutes = -minutes if match[1] == "-" else minutes
    return minutes if -720 <= minutes <= 840 else None
