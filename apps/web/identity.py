"""Who a recording is of, in the words of the banner, the list and the signing form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from apps.ecg.models import Patient, Recording
from apps.ecg.nhs import NHS
from apps.web.times import NOT_KNOWN, day


@dataclass(frozen=True, slots=True)
class Identity:
    """Every field printable; “Not known” where the record says nothing."""

    name: str
    title: str
    born: str
    age: str
    sex: str
    sex_short: str
    mrn: str
    authority: str
    nhs: str

    @property
    def sex_and_age(self) -> str:
        """F, 74 y."""
        return ", ".join(part for part in (self.sex_short, self.age) if part)


def identity_of(
    patient: Patient, identifiers: Iterable[tuple[str, str]], on: dt.date | None
) -> Identity:
    """`identifiers` are pairs of number and assigning authority; the age is that of the day."""
    pairs = list(identifiers)
    others = [pair for pair in pairs if pair[1] not in NHS]
    mrn, authority = others[0] if others else ("", "")
    nhs = next((number for number, by in pairs if by in NHS), "")
    sex = Patient.Sex(patient.sex)
    return Identity(
        name=patient.display_name,
        title=patient.name_prefix,
        born=day(patient.born_on),
        age=age(patient.born_on, on),
        sex=str(sex.label),
        sex_short=sex.value or "Sex not known",
        mrn=mrn or NOT_KNOWN,
        authority=authority,
        nhs=f"{nhs[:3]} {nhs[3:6]} {nhs[6:]}" if len(nhs) == 10 else nhs,
    )


def identity_on(recording: Recording) -> Identity:
    """As of the day the recording was made."""
    pairs = [(row.value, row.assigning_authority) for row in recording.patient.identifiers.all()]
    made = recording.acquired_at or recording.received_at
    return identity_of(recording.patient, pairs, made.date())


def age(born: dt.date | None, on: dt.date | None) -> str:
    """In days, months or years as is said of infants, toddlers and others; empty if not known."""
    if born is None or on is None or on < born:
        return ""
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    if months < 1:
        return f"{(on - born).days} d"
    return f"{months} mo" if months < 24 else f"{months // 12} y"
