"""What the file says of the patient; nothing is assumed."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

from apps.ecg.formats.canonical import PatientIdentity

from . import tags
from .elements import Dataset
from .times import parse_date
from .values import Reader, ascii_text

_AGE = re.compile(r"(\d{1,3})([DWMY])")
_YEARS_PER = {"D": 1 / 365.25, "W": 7 / 365.25, "M": 1 / 12, "Y": 1.0}
_SEXES: dict[str, Literal["M", "F", "O"]] = {"M": "M", "F": "F", "O": "O"}
_PLACEHOLDERS = {"UNKNOWN", "UNK", "NONE", "NA", "N/A", "ANONYMOUS", "TEST", "0"}


def read_patient(dataset: Dataset, acquired: dt.datetime | None, reader: Reader) -> PatientIdentity:
    family, given, prefix = _name(reader.first(dataset, tags.PATIENT_NAME))
    identifier = reader.first(dataset, tags.PATIENT_ID)
    if not identifier.strip("0") or identifier.upper() in _PLACEHOLDERS:
        reader.warnings.add("patient-id", "The patient has no usable identifier.")
    born_on = _birth_date(dataset, acquired, reader)
    return PatientIdentity(
        family_name=family,
        given_name=given,
        name_prefix=prefix,
        identifier=identifier,
        assigning_authority=reader.first(dataset, tags.ISSUER_OF_PATIENT_ID),
        born_on=born_on,
        sex=_sex(dataset, reader),
        age_years=_age(dataset, born_on, acquired, reader),
    )


def _name(text: str) -> tuple[str, str, str]:
    """Family, given and middle, prefix of the first component group that is not empty."""
    groups = [group for group in text.split("=") if group.strip("^ ")]
    parts = [part.strip() for part in (groups[0] if groups else "").split("^")]
    family, given, middle, prefix = (parts + [""] * 4)[:4]
    return family, f"{given} {middle}".strip(), prefix


def _sex(dataset: Dataset, reader: Reader) -> Literal["", "M", "F", "O"]:
    text = ascii_text(dataset, tags.PATIENT_SEX)
    if text in _SEXES:
        return _SEXES[text]
    if text:
        reader.warnings.add("patient-sex", "The patient's sex is not M, F or O.")
    return ""


def _birth_date(dataset: Dataset, acquired: dt.datetime | None, reader: Reader) -> dt.date | None:
    text = ascii_text(dataset, tags.PATIENT_BIRTH_DATE)
    born_on = parse_date(text)
    if text and born_on is None:
        reader.warnings.add("birth-date", "The birth date is not a date.")
    if born_on and acquired and born_on > acquired.date():
        reader.warnings.add("birth-date", "The birth date is after the recording.")
    return born_on


def _age(
    dataset: Dataset, born_on: dt.date | None, acquired: dt.datetime | None, reader: Reader
) -> float | None:
    """From birth and acquisition dates, else from the age as the device wrote it."""
    stated = _stated_age(dataset, reader)
    if born_on is None or acquired is None or born_on > acquired.date():
        return stated
    age = round((acquired.date() - born_on).days / 365.25, 2)
    if stated is not None and abs(stated - age) > 1.5:
        reader.warnings.add("patient-age", "The stated age does not fit the birth date.")
    return age


def _stated_age(dataset: Dataset, reader: Reader) -> float | None:
    text = ascii_text(dataset, tags.PATIENT_AGE)
    match = _AGE.fullmatch(text)
    if match is None:
        if text:
            reader.warnings.add("patient-age", "The stated age is not an age.")
        return None
    return round(int(match[1]) * _YEARS_PER[match[2]], 2)
