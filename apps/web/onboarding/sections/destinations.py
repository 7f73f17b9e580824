"""Systems that receive signed reports. One address belongs to one organization.

A file that does not say how one is spoken to keeps what is there, and makes a new one by TLS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from apps.integrations.actions import set_destination
from apps.integrations.addresses import AddressTaken, holder_of
from apps.integrations.destinations.mllp.certificates import (
    tidy_authorities,
    tidy_certificate,
    tidy_key,
)
from apps.integrations.models import Destination
from apps.integrations.transport import key_of
from apps.tenants.models import Organization
from apps.web.onboarding.fields import (
    Field,
    Fields,
    Rows,
    choice,
    needed,
    record,
    refuse,
    rows,
    text,
    truth,
)
from apps.web.onboarding.pem import certificates, pem, str_of
from apps.web.onboarding.secret import Secret, kept, secret_fields, take_secret
from apps.web.onboarding.section import Section, Target, is_of

ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]+\]):(?P<port>\d{1,5})")
SHOWN_KEY = "key"
PROCESSING = {word.name.lower(): word.value for word in Destination.Processing}


def _address(node: yaml.Node, path: str) -> tuple[str, int]:
    value = text(261)(node, path)
    found = ADDRESS.fullmatch(value)
    if found is None or not 1 <= int(found["port"]) <= 65535:
        raise refuse(node, path, f"“{value}” must be host:port, such as ehr.example:2575")
    return found["host"].strip("[]"), int(found["port"])


FIELDS: dict[str, Field] = {
    "name": needed(text(80)),
    "address": needed(_address),
    "transport": Field(choice(Destination.Transport.values)),
    "authorities": Field(pem(tidy_authorities), ""),
    "server_name": Field(text(253), ""),
    "certificate": Field(pem(tidy_certificate), ""),
    **secret_fields(SHOWN_KEY, lines=True),
    "application": Field(text(64), "EHR"),
    "facility": Field(text(64), ""),
    "processing": Field(choice(PROCESSING), Destination.Processing.PRODUCTION.value),
    "pdf": Field(truth, True),
}


def _read(node: yaml.Node, path: str) -> tuple[str, Fields]:
    given = take_secret(record(node, path, FIELDS), SHOWN_KEY, node, path)
    host, port = given["address"]
    transport = {"transport": given["transport"]} if given["transport"] else {}
    return given["name"], {
        "host": host,
        "port": port,
        **transport,
        "tls_authorities": given["authorities"],
        "tls_name": given["server_name"],
        "tls_certificate": given["certificate"],
        **_key(given, node, path),
        "receiving_application": given["application"],
        "receiving_facility": given["facility"],
        "processing_id": given["processing"],
        "includes_pdf": given["pdf"],
        "active": True,
    }


def _key(given: Fields, node: yaml.Node, path: str) -> Fields:
    """The key of the certificate, where the file names one."""
    if SHOWN_KEY not in given:
        return {}
    try:
        return {SHOWN_KEY: Secret(tidy_key(given[SHOWN_KEY].text, str_of(given["certificate"])))}
    except ValueError as error:
        raise refuse(node, path, f"{SHOWN_KEY}_file or {SHOWN_KEY}_env: {error}") from None


def _present() -> Rows:
    return {row.name: _fields(row) for row in Destination.objects.all()}


def _fields(row: Destination) -> Fields:
    names = ("host", "port", "receiving_application", "receiving_facility", "includes_pdf")
    return {name: getattr(row, name) for name in names} | {
        "processing_id": str(row.processing_id),
        "active": row.is_active,
        "transport": str(row.transport),
        "tls_authorities": certificates(row.tls_authorities),
        "tls_name": row.tls_name,
        "tls_certificate": certificates(row.tls_certificate),
        SHOWN_KEY: kept(lambda: key_of(row)),
    }


def _write(organization: Organization, name: str, fields: Fields) -> Destination:
    values = {key: value for key, value in fields.items() if key not in ("active", SHOWN_KEY)}
    for column in ("tls_authorities", "tls_certificate"):
        values[column] = str_of(values[column])
    key = fields[SHOWN_KEY].text if SHOWN_KEY in fields else ""
    return set_destination(organization, name, is_active=fields["active"], key=key, **values)


def _objections(target: Target) -> Iterator[str]:
    yield from _without_key(target)
    holder = holder_of(target.organization_id, target.after["host"], target.after["port"])
    if holder is not None:
        yield is_of(f"{target.after['host']}:{target.after['port']}", AddressTaken(holder))


def _without_key(target: Target) -> Iterator[str]:
    """A certificate is shown with its key: the one of the file, else the one that is kept."""
    certificate = str_of(target.after["tls_certificate"])
    held = target.after.get(SHOWN_KEY) or (target.before or {}).get(SHOWN_KEY)
    if not certificate:
        return
    if not held:
        yield f"lacks {SHOWN_KEY}_file or {SHOWN_KEY}_env"
        return
    try:
        tidy_key(held.text, certificate)
    except ValueError:
        yield f"has another certificate than the key that is kept: name its {SHOWN_KEY}_file"


def _said(rows_: Rows) -> Any:
    words = {value: name for name, value in PROCESSING.items()}
    return [
        {
            "name": name,
            "address": _written(fields["host"], fields["port"]),
            "transport": fields["transport"],
            "authorities": str_of(fields["tls_authorities"]),
            "server_name": fields["tls_name"],
            "certificate": str_of(fields["tls_certificate"]),
            "application": fields["receiving_application"],
            "facility": fields["receiving_facility"],
            "processing": words[fields["processing_id"]],
            "pdf": fields["includes_pdf"],
        }
        for name, fields in rows_.items()
    ]


def _written(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


DESTINATIONS = Section(
    key="ehr",
    word="destination",
    field=Field(rows(_read), {}),
    present=_present,
    write=_write,
    said=_said,
    objections=_objections,
)
