"""Section 1 in canonical terms: patient, time, place, filters, electrodes."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from apps.ecg.formats.canonical import Filters, PatientIdentity
from apps.ecg.formats.identity import (
    Sex,
    age_in_years,
    checked_birth_date,
    checked_identifier,
    years,
)
from apps.ecg.formats.moments import local_time

from . import tags as t
from .tags import Tags

_AGE_UNITS = {1: "year", 2: "month", 3: "week", 4: "day", 5: "hour"}
_SEXES: dict[int, Sex] = {0: "", 1: "M", 2: "F", 9: ""}
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
_FILTER_TAGS = ((t.HIGH_PASS, "H"), (t.LOW_PASS, "H"), (t.FILTERS, "B"))
_NOTCH_60, _NOTCH_50 = 1, 2
_NO_ZONE = 0x7FFF


class Acquired(NamedTuple):
    local: dt.datetime | None
    utc_offset_minutes: int | None
    source: str


def read_acquired(tags: Tags) -> Acquired:
    """Date and time of tags 25 and 26; the offset of tag 34 where it gives one."""
    local = local_time(tags.date(t.DATE), tags.time(t.TIME), tags.warnings)
    if local is None:
        return Acquired(None, None, "")
    return Acquired(local, _offset(tags), "SCP-ECG tags 25, 26")


def _offset(tags: Tags) -> int | None:
    zone = tags.numbers(t.ZONE, "h")
    if zone is None or zone[0] == _NO_ZONE:
        return None
    if not -720 <= zone[0] <= 840:
        tags.warnings.add("time-offset", "The offset from UTC is not an offset.")
        return None
    return zone[0]


def read_patient(tags: Tags, acquired: dt.datetime | None) -> PatientIdentity:
    born_on = checked_birth_date(tags.date(t.BORN), acquired, tags.warnings)
    names = (tags.text(t.LAST_NAME), tags.text(t.SECOND_NAME))
    return PatientIdentity(
        family_name=" ".join(name for name in names if name),
        given_name=tags.text(t.FIRST_NAME),
        identifier=checked_identifier(tags.text(t.PATIENT_ID), tags.warnings),
        born_on=born_on,
        sex=_sex(tags),
        age_years=age_in_years(born_on, acquired, _stated_age(tags), tags.warnings),
    )


def _sex(tags: Tags) -> Sex:
    code = tags.numbers(t.SEX, "B")
    if code is not None and code[0] not in _SEXES:
        tags.warnings.add("patient-sex", "The patient's sex is not M, F or O.")
    return _SEXES.get(code[0], "") if code else ""


def _stated_age(tags: Tags) -> float | None:
    """None where the age is 0 without a unit, which is how devices leave it open."""
    age = tags.numbers(t.AGE, "HB")
    if age is None or age == (0, 0):
        return None
    found = years(age[0], _AGE_UNITS.get(age[1], ""))
    if found is None:
        tags.warnings.add("patient-age", "The stated age has no unit.")
    return found


def read_filters(tags: Tags) -> Filters:
    """Tag 27 in hundredths of Hz, tag 28 in Hz, tag 29 as bits; 0 is off, None not said."""
    high, low, bits = (tags.numbers(tag, form) for tag, form in _FILTER_TAGS)
    return Filters(
        high_pass_hz=high[0] / 100 if high else None,
        low_pass_hz=float(low[0]) if low and low[0] else None,
        notch_hz=_notch(bits[0]) if bits else None,
    )


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
