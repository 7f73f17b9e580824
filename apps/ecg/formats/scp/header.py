"""Section 1 in canonical terms: patient, time, place, filters, electrodes."""

from __future__ import annotations

import datetime as dt
from typing import Literal, NamedTuple

from apps.ecg.formats.canonical import Filters, PatientIdentity

from . import tags as t
from .tags import Tags

FIRST_YEAR = 1990
_YEARS_PER = {1: 1.0, 2: 1 / 12, 3: 7 / 365.25, 4: 1 / 365.25, 5: 1 / 8766}
_SEXES: dict[int, Literal["", "M", "F", "O"]] = {0: "", 1: "M", 2: "F", 9: ""}
_PLACEHOLDERS = {"UNKNOWN", "UNK", "NONE", "NA", "N/A", "ANONYMOUS", "TEST"}
STANDARD = "standard"
# Tag 33, first byte: placement of a 12-lead ECG.
ELECTRODES = {
    0: "",
    1: STANDARD,
    2: "mason-likar",
    3: "mason-likar",
    4: "electrode-pad",
    5: "frank-derived",
    6: "reduced-derived",
}
_NOTCH_60, _NOTCH_50 = 1, 2
_NO_ZONE = 0x7FFF


class Acquired(NamedTuple):
    local: dt.datetime | None
    utc_offset_minutes: int | None
    source: str


def read_acquired(tags: Tags) -> Acquired:
    """Date and time of tags 25 and 26; the offset of tag 34 where it gives one."""
    date, time = tags.date(t.DATE), tags.time(t.TIME)
    if date is None or time is None:
        tags.warnings.add("time-source", "No acquisition time; taken from nothing.")
        return Acquired(None, None, "")
    if date.year < FIRST_YEAR:
        tags.warnings.add("bad-clock", f"The device's clock says a year before {FIRST_YEAR}.")
    return Acquired(dt.datetime.combine(date, time), _offset(tags), "SCP-ECG tags 25, 26")


def _offset(tags: Tags) -> int | None:
    zone = tags.numbers(t.ZONE, "h")
    if zone is None or zone[0] == _NO_ZONE:
        return None
    if not -720 <= zone[0] <= 840:
        tags.warnings.add("time-offset", "The offset from UTC is not an offset.")
        return None
    return zone[0]


def read_patient(tags: Tags, acquired: dt.datetime | None) -> PatientIdentity:
    identifier = tags.text(t.PATIENT_ID)
    if not identifier.strip("0") or identifier.upper() in _PLACEHOLDERS:
        tags.warnings.add("patient-id", "The patient has no usable identifier.")
    born_on = tags.date(t.BORN)
    if born_on and acquired and born_on > acquired.date():
        tags.warnings.add("birth-date", "The birth date is after the recording.")
    names = (tags.text(t.LAST_NAME), tags.text(t.SECOND_NAME))
    return PatientIdentity(
        family_name=" ".join(name for name in names if name),
        given_name=tags.text(t.FIRST_NAME),
        identifier=identifier,
        born_on=born_on,
        sex=_sex(tags),
        age_years=_age(tags, born_on, acquired),
    )


def _sex(tags: Tags) -> Literal["", "M", "F", "O"]:
    code = tags.numbers(t.SEX, "B")
    if code is not None and code[0] not in _SEXES:
        tags.warnings.add("patient-sex", "The patient's sex is not M, F or O.")
    return _SEXES.get(code[0], "") if code else ""


def _age(tags: Tags, born_on: dt.date | None, acquired: dt.datetime | None) -> float | None:
    """From birth and acquisition dates, else as the device wrote it, in its unit."""
    stated = _stated_age(tags)
    if born_on is None or acquired is None or born_on > acquired.date():
        return stated
    age = round((acquired.date() - born_on).days / 365.25, 2)
    if stated is not None and abs(stated - age) > 1.5:
        tags.warnings.add("patient-age", "The stated age does not fit the birth date.")
    return age


def _stated_age(tags: Tags) -> float | None:
    """None where the age is 0 without a unit, which is how devices leave it open."""
    age = tags.numbers(t.AGE, "HB")
    if age is None or age == (0, 0):
        return None
    if age[1] not in _YEARS_PER:
        tags.warnings.add("patient-age", "The stated age has no unit.")
        return None
    return round(age[0] * _YEARS_PER[age[1]], 2)


def read_filters(tags: Tags) -> Filters:
    """Tag 27 in hundredths of Hz, tag 28 in Hz, tag 29 as bits; 0 is off, None not said."""
    high, low, bits = (tags.numbers(tag, form) for tag, form in _FILTER_TAGS)
    return Filters(
        high_pass_hz=high[0] / 100 if high else None,
        low_pass_hz=float(low[0]) if low and low[0] else None,
        notch_hz=_notch(bits[0]) if bits else None,
    )


_FILTER_TAGS = ((t.HIGH_PASS, "H"), (t.LOW_PASS, "H"), (t.FILTERS, "B"))


def _notch(bits: int) -> float:
    if bits & _NOTCH_60:
        return 60.0
    return 50.0 if bits & _NOTCH_50 else 0.0


def read_electrode_system(tags: Tags) -> str:
    """ "standard", another known placement, "other", or empty where the file does not say."""
    code = tags.numbers(t.ELECTRODES, "B")
    system = ELECTRODES.get(code[0], "other") if code else ""
    if system not in ("", STANDARD):
        tags.warnings.add(
            "electrode-system", f"Not a standard 12-lead electrode placement: {system}."
        )
    return system
