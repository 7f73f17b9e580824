"""Texts that identify: an overlong one is damage, and cutting it would rename a patient."""

from __future__ import annotations

from .canonical import DecodedEcg, Refused

MAX_NUMBER = 64
MAX_NAME = 200


def check_texts(ecg: DecodedEcg) -> None:
    """Raises Refused for an identifier or a name no record could hold."""
    patient = ecg.patient
    for text, longest, field in (
        (patient.identifier, MAX_NUMBER, "patient identifier"),
        (patient.assigning_authority, MAX_NUMBER, "assigning authority"),
        (ecg.accession_number, MAX_NUMBER, "accession number"),
        (patient.family_name, MAX_NAME, "family name"),
        (patient.given_name, MAX_NAME, "given name"),
        (patient.name_prefix, 40, "name prefix"),
    ):
        if len(text) > longest:
            raise Refused("text-too-long", f"The {field} is too long to be one.", field=field)
