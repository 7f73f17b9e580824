"""Patient, time and device of an ELI XML."""

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
    years,
)
from apps.ecg.formats.moments import local_time, plain_date
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

_AGE_UNITS = {"Y": "year", "M": "month", "W": "week", "D": "day", "H": "hour"}
_TIME = re.compile(r"(\d{8})(\d\d)(\d\d)(\d\d)?", re.ASCII)


def read_acquired(root: Element, warnings: Warnings) -> dt.datetime | None:
    """Local time; the file has no zone."""
    match = _TIME.fullmatch(root.attribute("ACQUISITION_TIME"))
    if match is None:
        return local_time(None, None, warnings)
    try:
        time = dt.time(int(match[2]), int(match[3]), int(match[4] or 0))
    except ValueError:
        time = None
    return local_time(_date(match[1], warnings), time, warnings)


def _date(text: str, warnings: Warnings) -> dt.date | None:
    """None where empty, with a warning for anything else that is no date."""
    found = plain_date(text)
    if text and found is None:
        warnings.add("bad-date", "A date in the file is not a date.")
    return found


def read_patient(
    root: Element, acquired: dt.datetime | None, warnings: Warnings
) -> PatientIdentity:
    subject = root.at("SUBJECT") or Element("SUBJECT", "", root, {})
    born_on = checked_birth_date(_date(subject.attribute("DOB"), warnings), acquired, warnings)
    return PatientIdentity(
        family_name=subject.attribute("LAST_NAME"),
        given_name=subject.attribute("FIRST_NAME"),
        identifier=checked_identifier(subject.attribute("ID"), warnings),
        born_on=born_on,
        sex=read_sex(subject.attribute("GENDER"), warnings),
        age_years=age_in_years(born_on, acquired, _stated_age(root, warnings), warnings),
    )


def _stated_age(root: Element, warnings: Warnings) -> float | None:
    text, unit = root.attribute("AGE"), _AGE_UNITS.get(root.attribute("AGE_UNITS"), "")
    if not text:
        return None
    age = years(int(text), unit) if text.isascii() and text.isdigit() and len(text) < 6 else None
    if age is None:
        warnings.add("patient-age", "The stated age is not an age.")
    return age


class Device(NamedTuple):
    vendor: str = ""
    model: str = ""
    software: str = ""
    serial: str = ""
    institution: str = ""


def read_device(root: Element) -> Device:
    source = root.at("SOURCE")
    if source is None:
        return Device()
    versions = ("ACQUIRING_DEVICE_SW_VERSION", "ACQUIRING_DEVICE_INTERPRETATION_SW_VERSION")
    software = (source.attribute(name) for name in versions)
    return Device(
        vendor=source.attribute("MANUFACTURER"),
        model=source.attribute("MODEL"),
        software=", ".join(version for version in software if version),
        serial=source.attribute("ACQUIRING_DEVICE_SERIAL_NUMBER"),
        institution=source.attribute("ACQUIRING_DEVICE_SITE_NAME"),
    )
