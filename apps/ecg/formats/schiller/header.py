"""Patient, time and device of a Schiller file."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from apps.ecg.formats.canonical import PatientIdentity
from apps.ecg.formats.identity import (
    age_in_years,
    checked_birth_date,
    checked_identifier,
    read_sex,
)
from apps.ecg.formats.moments import local_time, plain_date
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

_TIME = re.compile(r"(\d\d)(\d\d)(\d\d)(\d{3})?", re.ASCII)
EXAM = "examdescript"
_IDU, _DEVICE = (EXAM, "idu"), (EXAM, "aquiringdevice")


def read_acquired(root: Element, warnings: Warnings) -> dt.datetime | None:
    """Local time of the start; the file has no zone."""
    start = (EXAM, "startdatetime")
    date = _date(root.text(*start, "date"), warnings)
    return local_time(date, _time(root.text(*start, "time")), warnings)


def _date(text: str, warnings: Warnings) -> dt.date | None:
    """None where empty, with a warning for anything else that is no date."""
    found = plain_date(text)
    if text and found is None:
        warnings.add("bad-date", "A date in the file is not a date.")
    return found


def _time(text: str) -> dt.time | None:
    """HHMMSS with milliseconds."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, second, milliseconds = (int(part or 0) for part in match.groups())
    try:
        return dt.time(hour, minute, second, milliseconds * 1000)
    except ValueError:
        return None


def read_patient(
    root: Element, acquired: dt.datetime | None, warnings: Warnings
) -> PatientIdentity:
    person = "patdata"
    if root.text(person, "pacemaker", "value") == "ON":
        warnings.add("paced", "The device was told of a pacemaker.")
    birth = _date(root.text(person, "birthdate"), warnings)
    born_on = checked_birth_date(birth, acquired, warnings)
    return PatientIdentity(
        family_name=root.text(person, "lastname"),
        given_name=root.text(person, "firstname"),
        identifier=checked_identifier(root.text(person, "id"), warnings),
        born_on=born_on,
        sex=read_sex(root.text(person, "gender"), warnings),
        age_years=age_in_years(born_on, acquired, None, warnings),
    )


class Device(NamedTuple):
    vendor: str
    model: str
    software: str
    institution: str
    station: str


def read_device(root: Element) -> Device:
    software = (root.text(*_DEVICE, "software", name) for name in ("model", "version"))
    return Device(
        vendor=root.text(*_DEVICE, "hardware", "vendor"),
        model=root.text(*_DEVICE, "hardware", "model"),
        software=" ".join(part for part in software if part),
        institution=root.text(*_IDU, "aquiring_institute", "name"),
        station=root.text(*_IDU, "aquiring_department", "name"),
    )
