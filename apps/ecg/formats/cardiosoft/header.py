"""Patient, time and device of a CardioSoft file."""

from __future__ import annotations

import datetime as dt

from apps.ecg.formats.canonical import PatientIdentity
from apps.ecg.formats.identity import (
    age_in_years,
    age_unit,
    checked_birth_date,
    checked_identifier,
    read_sex,
    years,
)
from apps.ecg.formats.moments import date_of, local_time
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element


def read_acquired(root: Element, warnings: Warnings) -> dt.datetime | None:
    """Local time; the file has no zone."""
    at = root.at("ObservationDateTime")
    return local_time(_date(at, warnings), _time(at), warnings)


def _date(at: Element | None, warnings: Warnings) -> dt.date | None:
    """None where absent; None with a warning for what is no date."""
    parts = [at.text(name) if at else "" for name in ("Year", "Month", "Day")]
    found = date_of(parts[0], parts[1], parts[2])
    if any(parts) and found is None:
        warnings.add("bad-date", "A date in the file is not a date.")
    return found


def _time(at: Element | None) -> dt.time | None:
    parts = [at.text(name) if at else "" for name in ("Hour", "Minute", "Second")]
    try:
        hour, minute, second = (int(part) for part in parts)
        return dt.time(hour, minute, second)
    except ValueError:
        return None


def read_patient(
    root: Element, acquired: dt.datetime | None, warnings: Warnings
) -> PatientIdentity:
    person = root.at("PatientInfo") or Element("PatientInfo", "", root, {})
    if person.text("PaceMaker").lower() == "yes":
        warnings.add("paced", "The device was told of a pacemaker.")
    born_on = checked_birth_date(_date(person.at("BirthDateTime"), warnings), acquired, warnings)
    return PatientIdentity(
        family_name=person.text("Name", "FamilyName"),
        given_name=person.text("Name", "GivenName"),
        identifier=checked_identifier(person.text("PID"), warnings),
        born_on=born_on,
        sex=read_sex(person.text("Gender"), warnings),
        age_years=age_in_years(born_on, acquired, _stated_age(person, warnings), warnings),
    )


def _stated_age(person: Element, warnings: Warnings) -> float | None:
    text = person.text("Age")
    if not text:
        return None
    unit = age_unit(person.need("Age").attribute("units"))
    age = years(int(text), unit) if text.isascii() and text.isdigit() and len(text) < 6 else None
    if age is None:
        warnings.add("patient-age", "The stated age is not an age.")
    return age


def read_software(root: Element) -> str:
    device = ("ClinicalInfo", "DeviceInfo")
    versions = (root.text(*device, "SoftwareVer"), root.text(*device, "AnalysisVer"))
    return ", ".join(version for version in versions if version)


def read_institution(root: Element) -> str:
    visit = "PatientVisit"
    return root.text(visit, "ServicingFacility", "Name") or root.text(
        visit, "AssignedPatientLocation", "Facility"
    )
