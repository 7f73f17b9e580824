"""Time, person, device and filters, from the fields that have a fixed form."""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction

from apps.ecg.formats.canonical import Filters, PatientIdentity
from apps.ecg.formats.identity import age_in_years, checked_birth_date, read_sex
from apps.ecg.formats.warnings import Warnings

from .header import Header, Signal

_CLOCK = re.compile(r"(\d\d)[.:/-](\d\d)[.:/-](\d\d)", re.ASCII)  # dots by the standard
_DAY = re.compile(r"(\d{1,2})-([A-Z]{3})-(\d{4})", re.ASCII)
_ONSET = re.compile(rb"\+(\d{1,8}(?:\.\d{1,9})?)\x14")
_BAND = re.compile(r"(HP|LP|N):\s*(\d+(?:\.\d+)?)\s*Hz", re.IGNORECASE | re.ASCII)
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_CENTURY_TURNS = 85  # EDF: 85–99 is 1985–1999, 00–84 is 2000–2084


def is_plus(header: Header) -> bool:
    return header.reserved.startswith(("EDF+", "BDF+"))


def acquired(header: Header, records: list[bytes], warnings: Warnings) -> dt.datetime | None:
    """Start of the first data record; each begins with its time-keeping annotation in EDF+."""
    date, time = _date(header), _CLOCK.fullmatch(header.time)
    try:
        if date is None or time is None:
            raise ValueError
        clock = dt.time(int(time[1]), int(time[2]), int(time[3]))
    except ValueError:
        warnings.add("time-source", "The file states no date and time.")
        return None
    start = dt.datetime.combine(date, clock)
    onset = _ONSET.match(records[0]) if records else None
    return start + dt.timedelta(seconds=float(onset[1])) if onset else start


def runs_through(header: Header, records: list[bytes]) -> bool:
    """Whether each data record says that it begins where the one before it ends."""
    onsets = [_ONSET.match(record) for record in records]
    times = [Fraction(onset[1].decode()) for onset in onsets if onset]
    return bool(times) and times == [times[0] + n * header.seconds for n in range(len(records))]


def _date(header: Header) -> dt.date | None:
    words = header.recording.split()
    if is_plus(header) and len(words) > 1 and words[0] == "Startdate":
        return _day(words[1])
    match = _CLOCK.fullmatch(header.date)
    if match is None:
        return None
    day, month, year = (int(match[n]) for n in (1, 2, 3))
    try:
        return dt.date(year + (1900 if year >= _CENTURY_TURNS else 2000), month, day)
    except ValueError:
        return None


def _day(text: str) -> dt.date | None:
    match = _DAY.fullmatch(text.upper())
    try:
        return dt.date(int(match[3]), _MONTHS.index(match[2]) + 1, int(match[1])) if match else None
    except ValueError:
        return None


def patient(header: Header, acquired: dt.datetime | None, warnings: Warnings) -> PatientIdentity:
    """EDF+ has four words in order; the free text of EDF is kept in the file only."""
    words = [_word(word) for word in header.patient.split()]
    if not is_plus(header) or len(words) < 4:
        if any(words):
            warnings.add("patient-unread", "Who the patient is stands in free text: not read.")
        return PatientIdentity()
    code, sex, born, name = words[:4]
    born_on = checked_birth_date(_day(born), acquired, warnings)
    return PatientIdentity(
        family_name=name,
        identifier=code,
        sex=read_sex(sex, warnings),
        born_on=born_on,
        age_years=age_in_years(born_on, acquired, None, warnings),
    )


def equipment(header: Header) -> str:
    """The device by its EDF+ word; empty where there is none."""
    words = [_word(word) for word in header.recording.split()]
    if not is_plus(header) or len(words) < 5 or words[0] != "Startdate":
        return ""
    return words[4]


def _word(text: str) -> str:
    """X stands for what is not known, an underscore for a blank."""
    return "" if text == "X" else text.replace("_", " ")


def filters(signals: list[Signal], warnings: Warnings) -> Filters:
    texts = {signal.prefiltering for signal in signals}
    if len(texts) > 1:
        warnings.add("filters-differ", "Leads were filtered differently.")
        return Filters()
    found = {name.upper(): float(value) for name, value in _BAND.findall(texts.pop())}
    return Filters(found.get("HP"), found.get("LP"), found.get("N"))
