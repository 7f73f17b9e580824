"""Patient and order of a MUSE file."""

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
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

from .dates import Dates

_OLDEST_YEARS = 150


def read_patient(
    root: Element, dates: Dates, acquired: dt.datetime | None, warnings: Warnings
) -> PatientIdentity:
    person = "PatientDemographics"
    born_on = checked_birth_date(dates.date(person, "DateofBirth"), acquired, warnings)
    given = (root.text(person, "PatientFirstName"), root.text(person, "PatientMiddleName"))
    return PatientIdentity(
        family_name=root.text(person, "PatientLastName"),
        given_name=" ".join(given).strip(),
        identifier=checked_identifier(root.text(person, "PatientID"), warnings),
        born_on=born_on,
        sex=read_sex(root.text(person, "Gender"), warnings),
        age_years=age_in_years(born_on, acquired, _stated_age(root, warnings), warnings),
    )


def _stated_age(root: Element, warnings: Warnings) -> float | None:
    """The age in its own unit; without a unit it is no age."""
    text = root.text("PatientDemographics", "PatientAge")
    unit = age_unit(root.text("PatientDemographics", "AgeUnits"))
    age = years(int(text), unit) if text.isascii() and text.isdigit() and len(text) < 6 else None
    if text and (age is None or age > _OLDEST_YEARS):
        warnings.add("patient-age", "The stated age is not an age.")
        return None
    return age


def read_accession_number(root: Element) -> str:
    """Its own element, else the requisition it was ordered with; all zeros is none."""
    for place in (
        ("Order", "AccessionNumber"),
        ("TestDemographics", "AccessionNumber"),
        ("Order", "RequisitionNumber"),
    ):
        text = root.text(*place)
        if text.strip("0"):
            return text
    return ""
