"""A submission as plain JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from apps.ecg.models import Patient
from apps.ingestion.stated import ACCESSION, IDENTITY
from apps.integrations.api.problems import Problem
from apps.integrations.submissions.asked import Asked, check, is_digest, read_base64

LONGEST_TEXT, LONGEST_ADDRESS, LARGEST = 120, 2000, 1 << 50
NAMES = {name: name for name in ("data", "url", "size")} | {"digest": "sha256"}

Read = Callable[[Any, str], Any]


def text_of(most: int) -> Read:
    def read(value: Any, name: str) -> str:
        if not isinstance(value, str) or not value.isprintable() or not 0 < len(value) <= most:
            words = f"Give up to {most} printable characters."
            raise Problem("invalid-request", field=name, detail=words)
        return value

    return read


def _date(value: Any, name: str) -> str:
    try:
        return dt.date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise Problem("invalid-request", field=name, detail="Give a date: 1961-04-09.") from None


def _sex(value: Any, name: str) -> str:
    if value not in Patient.Sex.values:
        raise Problem("invalid-request", field=name, detail="One of F, M, O.")
    return str(value)


def _data(value: Any, name: str) -> bytes:
    if not isinstance(value, str):
        raise Problem("invalid-request", field=name, detail="It is not base64.")
    return read_base64(value, name)


def _sha256(value: Any, name: str) -> str:
    if not isinstance(value, str) or not is_digest("sha256", value.lower()):
        raise Problem("invalid-request", field=name, detail="Give 64 hexadecimal digits.")
    return f"sha256:{value.lower()}"


def _size(value: Any, name: str) -> int:
    if type(value) is not int or not 0 < value <= LARGEST:
        raise Problem("invalid-request", field=name, detail="Give a length in bytes.")
    return value


short = text_of(LONGEST_TEXT)
PATIENT: dict[str, Read] = dict.fromkeys(IDENTITY, short) | {"born_on": _date, "sex": _sex}
FIELDS: dict[str, Read] = {
    "data": _data,
    "url": text_of(LONGEST_ADDRESS),
    "sha256": _sha256,
    "size": _size,
    "patient": lambda value, name: read_fields(value, PATIENT, name),
    ACCESSION: short,
}


def read_plain(body: Any) -> Asked:
    """Raises Problem naming the first field at fault."""
    given = read_fields(body, FIELDS, "")
    stated = given.pop("patient", {})
    if ACCESSION in given:
        stated[ACCESSION] = given.pop(ACCESSION)
    digest = given.pop("sha256", "")
    return check(Asked(**given, digest=digest, stated=stated), NAMES)


def read_fields(body: Any, fields: dict[str, Read], inside: str) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise Problem("invalid-request", field=inside, detail="Give an object.")
    if body.keys() - fields.keys():
        words = f"A field is not known here. Known are {', '.join(sorted(fields))}."
        raise Problem("invalid-request", field=inside, detail=words)
    name = f"{inside}." if inside else ""
    return {key: fields[key](value, name + key) for key, value in body.items()}
