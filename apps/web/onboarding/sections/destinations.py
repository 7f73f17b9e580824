"""Systems that receive signed reports. One address belongs to one organization."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from apps.integrations.actions import set_destination
from apps.integrations.addresses import AddressTaken, holder_of
from apps.integrations.models import Destination
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
from apps.web.onboarding.section import Section, Target, is_of

ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]+\]):(?P<port>\d{1,5})")
PROCESSING = {word.name.lower(): word.value for word in Destination.Processing}


def _address(node: yaml.Node, path: str) -> tuple[str, int]:
    value = text(261)(node, path)
    found = ADDRESS.fullmatch(value)
    if found is None or not 1 <= int(found["port"]) <= 65535:
        raise refuse(node, path, f"“{value}” must be host:port, such as ehr.example:2575")
    return found["host"].strip("[]"), int(found["port"])


FIELDS = {
    "name": needed(text(80)),
    "address": needed(_address),
    "application": Field(text(64), "EHR"),
    "facility": Field(text(64), ""),
    "processing": Field(choice(PROCESSING), Destination.Processing.PRODUCTION.value),
    "pdf": Field(truth, True),
}


def _read(node: yaml.Node, path: str) -> tuple[str, Fields]:
    given = record(node, path, FIELDS)
    host, port = given["address"]
    return given["name"], {
        "host": host,
        "port": port,
        "receiving_application": given["application"],
        "receiving_facility": given["facility"],
        "processing_id": given["processing"],
        "includes_pdf": given["pdf"],
        "active": True,
    }


def _present() -> Rows:
    names = ("host", "port", "receiving_application", "receiving_facility", "includes_pdf")
    return {
        row.name: {name: getattr(row, name) for name in names}
        | {"processing_id": str(row.processing_id), "active": row.is_active}
        for row in Destination.objects.all()
    }


def _write(organization: Organization, name: str, fields: Fields) -> Destination:
    values = {key: value for key, value in fields.items() if key != "active"}
    return set_destination(organization, name, is_active=fields["active"], **values)


def _objections(target: Target) -> Iterator[str]:
    holder = holder_of(target.organization_id, target.after["host"], target.after["port"])
    if holder is not None:
        yield is_of(f"{target.after['host']}:{target.after['port']}", AddressTaken(holder))


def _said(rows_: Rows) -> Any:
    words = {value: name for name, value in PROCESSING.items()}
    return [
        {
            "name": name,
            "address": _written(fields["host"], fields["port"]),
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
