"""Which of a FHIR patient's numbers is the record number, and whose it is: said, or refused.

A number under the wrong authority is another person's.
"""

from __future__ import annotations

from typing import Any

from apps.integrations.api.problems import Problem

# HL7 table 0203.
RECORD_NUMBER, ACCESSION_NUMBER = "MR", "ACSN"
WHICH = "Mark the record number by a type with the code MR."
WHOSE = "Name who assigned the number as files name it, in assigner.display; no system is read."

Json = dict[str, Any]


def record_number(numbers: list[Json], place: str) -> dict[str, str]:
    """The number marked as one, or the only one; nothing where there is none. Raises Problem."""
    marked = [number for number in numbers if is_of_type(number, RECORD_NUMBER)]
    found = marked or numbers
    if not found:
        return {}
    if len(found) > 1 or not (marked or is_of_any(found[0])):
        raise Problem("invalid-request", field=place, detail=WHICH)
    return {
        "identifier": found[0].get("value", ""),
        "assigning_authority": _authority(found[0], place),
    }


def _authority(number: Json, place: str) -> str:
    """Empty where nobody is named: then it is the organization's own."""
    name: str = (number.get("assigner") or {}).get("display", "")
    if not name and ("system" in number or "assigner" in number):
        raise Problem("invalid-request", field=f"{place}.assigner", detail=WHOSE)
    return name


def is_of_type(number: Json | None, code: str) -> bool:
    return any(coding.get("code") == code for coding in _codings(number))


def is_of_any(number: Json) -> bool:
    """It says no type, so it may be a record number."""
    return not _codings(number)


def _codings(number: Json | None) -> list[Json]:
    found: list[Json] = ((number or {}).get("type") or {}).get("coding", [])
    return found
