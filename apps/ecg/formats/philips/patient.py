"""Patient and order of a Philips file; `defaultage` is a setting of the cart, never an age."""

from __future__ import annotations

import datetime as dt

from apps.ecg.formats.canonical import PatientIdentity
from apps.ecg.formats.identity import (
    age_in_years,
    checked_birth_date,
    checked_identifier,
    read_sex,
    years,
)
from apps.ecg.formats.moments import plain_date
from apps.ecg.formats.numbers import parse_decimal
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

_AGE_UNITS = {"years": "year", "months": "month", "weeks": "week", "days": "day", "hours": "hour"}
_OLDEST_YEARS = 150
_PATIENT = ("patient", "generalpatientdata")


def read_patient(
    root: Element, acquired: dt.datetime | None, warnings: Warnings
) -> PatientIdentity:
    person = root.at(*_PATIENT)
    if person is None:
        return PatientIdentity(identifier=checked_identifier("", warnings))
    born_text = person.text("age", "dateofbirth")
    born_on = plain_date(born_text)
    if born_text and born_on is None:
        warnings.add("birth-date", "The birth date is not a date.")
    born_on = checked_birth_date(born_on, acquired, warnings)
    identifier = person.text("patientid") or person.text("MRN")
    given = (person.text("name", "firstname"), person.text("name", "middlename"))
    if person.text("pacestatus").lower() in ("paced", "pacemaker", "yes", "true"):
        warnings.add("paced", "The patient is said to have a pacemaker.")
    return PatientIdentity(
        family_name=person.text("name", "lastname"),
        given_name=" ".join(given).strip(),
        identifier=checked_identifier(identifier, warnings),
        born_on=born_on,
        sex=read_sex(person.text("sex"), warnings),
        age_years=age_in_years(born_on, acquired, _stated_age(person, warnings), warnings),
    )


def _stated_age(person: Element, warnings: Warnings) -> float | None:
    for tag, unit in _AGE_UNITS.items():
        text = person.text("age", tag)
        value = parse_decimal(text)
        age = years(float(value), unit) if value is not None and value >= 0 else None
        if age is not None and age <= _OLDEST_YEARS:
            return age
        if text:
            warnings.add("patient-age", "The stated age is not an age.")
    return None


def read_accession_number(root: Element) -> str:
    return root.text("orderinfo", "accessionnumber") or root.text("orderinfo", "ordernumber")
