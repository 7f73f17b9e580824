"""What the file says of the patient; nothing is assumed."""

from __future__ import annotations

import datetime as dt
import re

from apps.ecg.formats.canonical import PatientIdentity
from apps.ecg.formats.identity import (
    age_in_years,
    checked_birth_date,
    checked_identifier,
    read_sex,
    years,
)
from apps.ecg.formats.moments import plain_date

from . import tags
from .elements import Dataset
from .times import parse_date
from .values import Reader, ascii_text

_AGE = re.compile(r"(\d{1,3})([DWMY])")
_AGE_UNITS = {"D": "day", "W": "week", "M": "month", "Y": "year"}


def read_patient(dataset: Dataset, acquired: dt.datetime | None, reader: Reader) -> PatientIdentity:
    family, given, prefix = _name(reader.first(dataset, tags.PATIENT_NAME))
    born_on = _birth_date(dataset, acquired, reader)
    return PatientIdentity(
        family_name=family,
        given_name=given,
        name_prefix=prefix,
        # Whole, with a backslash in it too: a part of it would be another patient's.
        identifier=checked_identifier(reader.text(dataset, tags.PATIENT_ID), reader.warnings),
        assigning_authority=reader.text(dataset, tags.ISSUER_OF_PATIENT_ID),
        born_on=born_on,
        sex=read_sex(ascii_text(dataset, tags.PATIENT_SEX), reader.warnings),
        age_years=age_in_years(born_on, acquired, _stated_age(dataset, reader), reader.warnings),
    )


def _name(text: str) -> tuple[str, str, str]:
    """Family, given and middle, prefix of the first component group that is not empty."""
    groups = [group for group in text.split("=") if group.strip("^ ")]
    parts = [part.strip() for part in (groups[0] if groups else "").split("^")]
    family, given, middle, prefix = (parts + [""] * 4)[:4]
    return family, f"{given} {middle}".strip(), prefix


def _birth_date(dataset: Dataset, acquired: dt.datetime | None, reader: Reader) -> dt.date | None:
    text = ascii_text(dataset, tags.PATIENT_BIRTH_DATE)
    born_on = parse_date(text) or plain_date(text)
    if text and born_on is None:
        reader.warnings.add("birth-date", "The birth date is not a date.")
    return checked_birth_date(born_on, acquired, reader.warnings)


def _stated_age(dataset: Dataset, reader: Reader) -> float | None:
    text = ascii_text(dataset, tags.PATIENT_AGE)
    match = _AGE.fullmatch(text)
    if match is None:
        if text:
            reader.warnings.add("patient-age", "The stated age is not an age.")
        return None
    return years(int(match[1]), _AGE_UNITS[match[2]])
