"""What a file says of its patient, checked the same way in every format; nothing is assumed."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from .warnings import Warnings

Sex = Literal["", "M", "F", "O"]
OLDEST_YEARS = 120
_PLACEHOLDERS = {"UNKNOWN", "UNK", "NONE", "NA", "N/A", "ANONYMOUS", "TEST", "0"}
_SEXES: dict[str, Sex] = {
    "M": "M",
    "MALE": "M",
    "F": "F",
    "FEMALE": "F",
    "O": "O",
    "OTHER": "O",
    **dict.fromkeys(("U", "UNKNOWN", "UNDEFINED", "UNSPECIFIED", "GENDER_UNDEFINED"), ""),
}
# Without M, which may be a month or a minute.
_AGE_UNITS = {
    **dict.fromkeys(("Y", "YR", "YRS", "YEAR", "YEARS"), "year"),
    **dict.fromkeys(("MO", "MOS", "MONTH", "MONTHS"), "month"),
    **dict.fromkeys(("W", "WK", "WKS", "WEEK", "WEEKS"), "week"),
    **dict.fromkeys(("D", "DAY", "DAYS"), "day"),
    **dict.fromkeys(("H", "HR", "HRS", "HOUR", "HOURS"), "hour"),
}
_YEARS_PER = {"hour": 1 / 8766, "day": 1 / 365.25, "week": 7 / 365.25, "month": 1 / 12, "year": 1.0}


def checked_identifier(identifier: str, warnings: Warnings) -> str:
    """The identifier as it is, with a warning where it names nobody."""
    if not identifier.strip("0") or identifier.upper() in _PLACEHOLDERS:
        warnings.add("patient-id", "The patient has no usable identifier.")
    return identifier


def read_sex(text: str, warnings: Warnings) -> Sex:
    """By its letter or English word, in any case; empty, with a warning, for any other."""
    if text and text.upper() not in _SEXES:
        warnings.add("patient-sex", "The patient's sex is not M, F or O.")
    return _SEXES.get(text.upper(), "")


def age_unit(text: str) -> str:
    """The unit a word or its usual short form means, in any case; empty for any other."""
    return _AGE_UNITS.get(text.upper(), "")


def years(count: float, unit: str) -> float | None:
    """An age in years; None for a unit (singular, lower case) that is none."""
    per = _YEARS_PER.get(unit)
    return None if per is None else round(count * per, 2)


def checked_birth_date(
    born_on: dt.date | None, acquired: dt.datetime | None, warnings: Warnings
) -> dt.date | None:
    """None, with a warning, for a date no patient was born on."""
    if born_on is None or acquired is None:
        return born_on
    if born_on > acquired.date():
        warnings.add("birth-date", "The birth date is after the recording.")
    elif acquired.year - born_on.year > OLDEST_YEARS:
        warnings.add("birth-date", f"The birth date is over {OLDEST_YEARS} years ago; left out.")
        return None
    return born_on


def age_in_years(
    born_on: dt.date | None,
    acquired: dt.datetime | None,
    stated: float | None,
    warnings: Warnings,
) -> float | None:
    """From birth and acquisition dates, else the age as the device wrote it."""
    if born_on is None or acquired is None or born_on > acquired.date():
        return stated
    age = round((acquired.date() - born_on).days / 365.25, 2)
    if stated is not None and abs(stated - age) > 1.5:
        warnings.add("patient-age", "The stated age does not fit the birth date.")
    return age
