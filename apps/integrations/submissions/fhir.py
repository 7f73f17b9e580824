"""A submission as FHIR R4: a DocumentReference, alone or among Parameters.

Structure is checked by the resource's own definition; what is wrong is named by its place, as a
library's words would quote it.
"""

from __future__ import annotations

from typing import Any

from apps.ingestion.stated import ACCESSION
from apps.integrations.api.problems import Problem
from apps.integrations.submissions.asked import Asked, check, is_digest, read_base64
from apps.integrations.submissions.numbers import ACCESSION_NUMBER, is_of_type, record_number
from apps.integrations.submissions.plain import short

DOCUMENT, PARAMETERS, PATIENT = "DocumentReference", "Parameters", "Patient"
ATTACHMENT = f"{DOCUMENT}.content[0].attachment"
NAMES = {
    "data": ATTACHMENT,
    "url": f"{ATTACHMENT}.url",
    "digest": f"{ATTACHMENT}.hash",
    "size": f"{ATTACHMENT}.size",
}
RELATED = f"{DOCUMENT}.context.related"
# Uses of a name: those of former times are passed over, the others taken in this order.
FORMER, BEST = ("old", "maiden"), ("official", "usual")
SEXES = {"female": "F", "male": "M", "other": "O", "unknown": ""}

Json = dict[str, Any]


def read_fhir(body: Any) -> Asked:
    """Raises Problem naming the place at fault."""
    kind = body.get("resourceType") if isinstance(body, dict) else None
    if kind not in (DOCUMENT, PARAMETERS):
        words = f"Send a {DOCUMENT}, or {PARAMETERS} with one."
        raise Problem("invalid-request", field="resourceType", detail=words)
    _validate(body)
    document, patient = (body, None) if kind == DOCUMENT else _parts(body)
    if document.get("status") != "current":
        words = "Only documents that are current are taken."
        raise Problem("invalid-request", field=f"{DOCUMENT}.status", detail=words)
    stated = _stated(document, patient) | _order(document)
    return check(Asked(**_attachment(document), stated=stated), NAMES)


def _validate(resource: Json) -> None:
    # Loaded when first asked for: half a second that no other request needs.
    from fhir.resources.R4B import get_fhir_model_class
    from pydantic import ValidationError

    kind = resource["resourceType"]
    try:
        get_fhir_model_class(kind).model_validate(resource)
    except ValidationError as error:
        place = error.errors(include_input=False, include_url=False)[0]["loc"]
        path = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in place)
        words = "It is not as FHIR R4 defines it."
        raise Problem("invalid-request", field=f"{kind}{path}"[:200], detail=words) from None


def _parts(body: Json) -> tuple[Json, Json | None]:
    """The document, and the patient where there is one; nothing else is known."""
    found: dict[str, Json] = {}
    for place, part in enumerate(body.get("parameter", [])):
        name, kind = part.get("name"), (part.get("resource") or {}).get("resourceType")
        if (name, kind) not in (("document", DOCUMENT), ("patient", PATIENT)) or name in found:
            words = "Give one “document” (DocumentReference) and at most one “patient” (Patient)."
            field = f"{PARAMETERS}.parameter[{place}]"
            raise Problem("invalid-request", field=field, detail=words)
        found[name] = part["resource"]
    if "document" not in found:
        words = "Give a “document” (DocumentReference)."
        raise Problem("invalid-request", field=f"{PARAMETERS}.parameter", detail=words)
    return found["document"], found.get("patient")


def _attachment(document: Json) -> Json:
    content = document.get("content", [])
    if len(content) != 1:
        words = "Give one attachment a submission."
        raise Problem("invalid-request", field=f"{DOCUMENT}.content", detail=words)
    given = content[0]["attachment"]
    found: Json = {"url": given.get("url", ""), "size": given.get("size")}
    if "data" in given:
        found["data"] = read_base64(given["data"], f"{ATTACHMENT}.data")
    if "hash" in given:
        digits = read_base64(given["hash"], NAMES["digest"]).hex()
        if not is_digest("sha1", digits):
            words = "Give the SHA-1 of the data, in base64."
            raise Problem("invalid-request", field=NAMES["digest"], detail=words)
        found["digest"] = f"sha1:{digits}"
    return found


def _subject(document: Json) -> Json:
    """The patient the document names: contained, or by a number. Nothing is fetched."""
    subject = document.get("subject") or {}
    reference = subject.get("reference", "")
    for resource in document.get("contained", []):
        if reference == f"#{resource.get('id')}" and resource["resourceType"] == PATIENT:
            return dict(resource)
    if reference and "identifier" not in subject:
        words = "Give the patient as identifier, contained, or as the parameter “patient”."
        raise Problem("invalid-request", field=f"{DOCUMENT}.subject", detail=words)
    return {"identifier": [subject["identifier"]]} if "identifier" in subject else {}


def _stated(document: Json, patient: Json | None) -> dict[str, str]:
    """Whom it is of, by the parameter, else by the document's own subject."""
    if patient is not None:
        return _identity(patient, "Patient.identifier")
    return _identity(_subject(document), f"{DOCUMENT}.subject.identifier")


def _identity(patient: Json, place: str) -> dict[str, str]:
    """Only what is said; `place` is where its numbers stand."""
    at, name = _name(patient.get("name", []))
    # Where a patient says it; a number stands where the patient does.
    places = {
        "family_name": f"{PATIENT}.name[{at}].family",
        "given_name": f"{PATIENT}.name[{at}].given",
        "born_on": f"{PATIENT}.birthDate",
    }
    said = record_number(patient.get("identifier", []), place) | {
        "family_name": name.get("family", ""),
        "given_name": next(iter(name.get("given", [])), "") or "",
        "born_on": _whole_date(patient.get("birthDate", "")),
        "sex": SEXES.get(patient.get("gender", ""), ""),
    }
    return {key: short(value, places.get(key, place)) for key, value in said.items() if value}


def _name(names: list[Json]) -> tuple[int, Json]:
    """The name in use now and its place. One that is text alone is in no parts to be compared."""
    now = [(at, name) for at, name in enumerate(names) if name.get("use") not in FORMER]
    ranks = {use: rank for rank, use in enumerate(BEST)}
    return min(now, key=lambda one: ranks.get(one[1].get("use", ""), len(BEST)), default=(0, {}))


def _whole_date(text: str) -> str:
    """A year alone is compared with nothing."""
    return text if len(text) == len("2026-01-31") else ""


def _order(document: Json) -> dict[str, str]:
    related = (document.get("context") or {}).get("related", [])
    numbers = [
        part["identifier"]
        for part in related
        if is_of_type(part.get("identifier"), ACCESSION_NUMBER)
    ]
    if len(numbers) > 1:
        words = "Give the accession number (type ACSN) of one order."
        raise Problem("invalid-request", field=RELATED, detail=words)
    number = numbers[0].get("value", "") if numbers else ""
    return {ACCESSION: short(number, RELATED)} if number else {}
