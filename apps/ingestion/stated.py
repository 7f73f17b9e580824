"""What a sender says of a file beside it: compared with what the file says of itself.

Where the file is silent the sender's word is used; where the two differ the file is refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from apps.ecg.formats.canonical import Refused
from apps.ingestion.copies import Copy
from apps.ingestion.identity import PLACEHOLDERS, differ, names_somebody
from apps.ingestion.models import Ingress
from apps.tenants.models import Organization

ACCESSION = "accession_number"
OTHER_PATIENT, OTHER_ORDER = "sender-names-other-patient", "sender-names-other-order"
MISMATCHES = {
    OTHER_PATIENT: "The sender names another patient than the file",
    OTHER_ORDER: "The sender names another order than the file",
}
IDENTITY = (
    *("family_name", "given_name", "name_prefix", "identifier", "assigning_authority"),
    *("born_on", "sex"),
)


def said_of_patient(stated: dict[str, str], organization: Organization) -> dict[str, Any]:
    """In the form of `identity.stated_identity`; a missing authority is the organization's."""
    said = {name: stated.get(name, "") for name in IDENTITY}
    if said["identifier"].upper() in PLACEHOLDERS:
        said["identifier"] = ""
    authority = said["assigning_authority"] or organization.assigning_authority
    said["assigning_authority"] = authority if said["identifier"] else ""
    return said


def word_of(ingress: Ingress) -> dict[str, str]:
    """What its sender says; nothing once a person said that the file is right."""
    return {} if any(map(ingress.is_set_aside, MISMATCHES)) else ingress.stated


def agreed(copy: Copy, stated: dict[str, str], organization: Organization) -> Copy:
    """The copy, named by its sender where the file names nobody.

    Raises Refused where the two differ.
    """
    said = said_of_patient(stated, organization)
    if differ(said, copy.stated):
        raise Refused(
            OTHER_PATIENT,
            "The sender names another patient than the file does. Send it with the right one.",
            field="patient",
        )
    if names_somebody(said) and not names_somebody(copy.stated):
        return replace(copy, stated=copy.stated | said)
    return copy


def agreed_order(accession_number: str, stated: dict[str, str]) -> str:
    """The one order number there is, or both agree on. Raises Refused."""
    said = stated.get(ACCESSION, "")
    if said and accession_number and said.strip() != accession_number.strip():
        raise Refused(
            OTHER_ORDER,
            "The sender names another order than the file does. Send it with the right one.",
            field=ACCESSION,
        )
    return accession_number or said
