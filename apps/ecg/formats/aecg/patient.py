"""Subject of an aECG; in a trial its identifier is the trial's, not the hospital's."""

from __future__ import annotations

import datetime as dt
import re

from apps.ecg.formats.canonical import PatientIdentity
from apps.ecg.formats.identity import (
    Sex,
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

from .codes import code_of

_ASSIGNMENT = ("componentOf", "timepointEvent", "componentOf", "subjectAssignment")
_UNDIFFERENTIATED = "UN"  # HL7 v3 AdministrativeGender
_BORN = re.compile(r"(\d{8})[\d.]*(?:[+-]\d{4})?", re.ASCII)  # the time of day does not matter
_REPORTED_AGE = "21612-7"  # LOINC
_AGE_UNITS = {"a": "year", "mo": "month", "wk": "week", "d": "day", "h": "hour"}


def read_patient(
    root: Element, acquired: dt.datetime | None, warnings: Warnings
) -> PatientIdentity:
    subject = root.at(*_ASSIGNMENT, "subject", "trialSubject")
    if subject is None:
        return PatientIdentity(identifier=checked_identifier("", warnings))
    if root.at(*_ASSIGNMENT, "componentOf", "clinicalTrial") is not None:
        warnings.add("trial-subject", "The identifier is that of a subject in a trial.")
    person = subject.at("subjectDemographicPerson")
    born_on = checked_birth_date(_birth_date(person, warnings), acquired, warnings)
    identifier = subject.at("id")
    return PatientIdentity(
        family_name=_name(person, "family") or _whole_name(person),
        given_name=_name(person, "given"),
        name_prefix=_name(person, "prefix"),
        identifier=checked_identifier(
            identifier.attribute("extension") if identifier is not None else "", warnings
        ),
        assigning_authority=identifier.attribute("root") if identifier is not None else "",
        born_on=born_on,
        sex=_sex(person, warnings),
        age_years=age_in_years(born_on, acquired, _reported_age(root, warnings), warnings),
    )


def _name(person: Element | None, part: str) -> str:
    name = person.at("name") if person is not None else None
    parts = name.all(part) if name is not None else []
    return " ".join(text for one in parts if (text := one.text()))


def _whole_name(person: Element | None) -> str:
    return person.text("name") if person is not None else ""


def _coded(person: Element | None, name: str) -> str:
    element = person.at(name) if person is not None else None
    return element.attribute("code") if element is not None else ""


def _sex(person: Element | None, warnings: Warnings) -> Sex:
    code = _coded(person, "administrativeGenderCode")
    return "O" if code == _UNDIFFERENTIATED else read_sex(code, warnings)


def _birth_date(person: Element | None, warnings: Warnings) -> dt.date | None:
    element = person.at("birthTime") if person is not None else None
    text = element.attribute("value") if element is not None else ""
    match = _BORN.fullmatch(text)
    born_on = plain_date(match[1] if match else text)
    if text and born_on is None:
        warnings.add("birth-date", "The birth date is not a date.")
    return born_on


def _reported_age(root: Element, warnings: Warnings) -> float | None:
    for variable in root.all("controlVariable"):
        observation = variable.at("relatedObservation")
        if observation is None or code_of(observation) != _REPORTED_AGE:
            continue
        value = observation.at("value")
        number = parse_decimal(value.attribute("value")) if value is not None else None
        unit = _AGE_UNITS.get(value.attribute("unit"), "") if value is not None else ""
        age = years(float(number), unit) if number is not None and 0 <= number < 2000 else None
        if age is None:
            warnings.add("patient-age", "The stated age is not an age.")
        return age
    return None
