"""Whom a file is of: what it says, what is held, and whether the two can be the same person."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.core.compiled import Compiled
from apps.core.locks import lock_until_commit
from apps.ecg.formats.canonical import PatientIdentity
from apps.ecg.models import Patient, PatientIdentifier
from apps.tenants.models import Organization

# Typed where no number was known: they name nobody.
PLACEHOLDERS = {"", "0", "NA", "N/A", "NONE", "NULL", "ANONYMOUS", "UNIDENTIFIED", "UNKNOWN"}


@Compiled
def _holders(*, number: str, authority: str) -> QuerySet[PatientIdentifier]:
    rows = PatientIdentifier.objects.select_related("patient")
    return rows.filter(value=number, assigning_authority=authority)


def stated_identity(identity: PatientIdentity, organization: Organization) -> dict[str, Any]:
    """What one file says, as kept with its arrival; a missing authority is the organization's."""
    number = identity.identifier.strip()
    if number.upper() in PLACEHOLDERS:
        number = ""
    authority = identity.assigning_authority.strip() or organization.assigning_authority
    return {
        "family_name": identity.family_name,
        "given_name": identity.given_name,
        "name_prefix": identity.name_prefix,
        "identifier": number,
        "assigning_authority": authority if number else "",
        "born_on": identity.born_on.isoformat() if identity.born_on else "",
        "sex": identity.sex,
    }


def differ(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """True when the two cannot be the same person's: any part both state differs."""
    number = ("assigning_authority", "identifier")
    both_numbered = one["identifier"] and other["identifier"]
    if both_numbered and [one[key] for key in number] != [other[key] for key in number]:
        return True
    parts = ("family_name", "given_name", "born_on", "sex")
    return any(one[key] and other[key] and _fold(one[key]) != _fold(other[key]) for key in parts)


def names_somebody(stated: dict[str, Any]) -> bool:
    return bool(stated["identifier"] or stated["family_name"] or stated["given_name"])


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


def find_or_create_patient(
    stated: dict[str, Any], organization: Organization
) -> tuple[Patient, bool]:
    """The patient of that number, or a new one; True when the held record contradicts the file.

    Without a number nobody is looked up: names do not identify.
    """
    number, authority = stated["identifier"], stated["assigning_authority"]
    if not number:
        return _create(stated, organization), False
    lock_until_commit(f"patient:{organization.pk}:{authority}:{number}")
    for held in _holders(number=number, authority=authority):
        return held.patient, differ(stated, held_identity(held.patient, held))
    patient = _create(stated, organization)
    PatientIdentifier.objects.create(
        organization=organization, patient=patient, value=number, assigning_authority=authority
    )
    return patient, False


def create_patient(stated: dict[str, Any], organization: Organization) -> Patient:
    """A new record, whoever holds the number that is stated: a number held stays where it is."""
    number, authority = stated["identifier"], stated["assigning_authority"]
    patient = _create(stated, organization)
    lock_until_commit(f"patient:{organization.pk}:{authority}:{number}")
    held = PatientIdentifier.objects.filter(value=number, assigning_authority=authority)
    if number and not held.exists():
        PatientIdentifier.objects.create(
            organization=organization, patient=patient, value=number, assigning_authority=authority
        )
    return patient


def held_identity(patient: Patient, identifier: PatientIdentifier | None) -> dict[str, Any]:
    return {
        "family_name": patient.family_name,
        "given_name": patient.given_name,
        "identifier": identifier.value if identifier else "",
        "assigning_authority": identifier.assigning_authority if identifier else "",
        "born_on": patient.born_on.isoformat() if patient.born_on else "",
        "sex": patient.sex,
    }


def _create(stated: dict[str, Any], organization: Organization) -> Patient:
    return Patient.objects.create(
        organization=organization,
        family_name=stated["family_name"],
        given_name=stated["given_name"],
        name_prefix=stated["name_prefix"],
        born_on=stated["born_on"] or None,
        sex=stated["sex"],
    )
