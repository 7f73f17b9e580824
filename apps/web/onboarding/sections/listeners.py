"""Ports at which the organization's systems send HL7 messages. A port belongs to one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from apps.core.peers import tidy_peers
from apps.tenants.inbound import fingerprints, own_address, port_holder, set_listener
from apps.tenants.model_inbound import LOWEST_PORT, Hl7Listener
from apps.tenants.models import Organization, Site
from apps.web.onboarding.fields import (
    Field,
    Fields,
    Rows,
    lines,
    needed,
    record,
    refuse,
    rows,
    text,
    whole,
)
from apps.web.onboarding.section import Section, Target, is_of

FIELDS: dict[str, Field] = {
    "name": needed(text(80)),
    "port": needed(whole(LOWEST_PORT, 65535)),
    "address": Field(text(45), ""),
    "hosts": needed(lines(tidy_peers)),
    "certificates": Field(lines(fingerprints), ""),
    "site": Field(text(120)),
}


def _read(node: yaml.Node, path: str) -> tuple[str, Fields]:
    given = record(node, path, FIELDS)
    try:
        host = own_address(given["address"])
    except ValueError as error:
        raise refuse(node, f"{path}.address", str(error)) from None
    if not given["hosts"]:
        raise refuse(node, path, "must name the addresses that may send to it (hosts)")
    return given["name"], {
        "host": host,
        "port": given["port"],
        "peers": given["hosts"],
        "certificates": given["certificates"],
        "site": given["site"],
        "active": True,
    }


def _present() -> Rows:
    return {
        row.name: {
            "host": row.host,
            "port": row.port,
            "peers": row.peers,
            "certificates": row.certificates,
            "site": row.site.name if row.site else None,
            "active": row.is_active,
        }
        for row in Hl7Listener.objects.select_related("site")
    }


def _write(organization: Organization, name: str, fields: Fields) -> Hl7Listener:
    return set_listener(
        organization,
        name,
        host=fields["host"],
        port=fields["port"],
        peers=fields["peers"],
        certificates=fields["certificates"],
        site=Site.objects.get(name=fields["site"]) if fields["site"] else None,
        is_active=fields["active"],
    )


def _objections(target: Target) -> Iterator[str]:
    port = target.after["port"]
    if target.organization and Hl7Listener.objects.filter(port=port).exclude(name=target.name):
        yield f"{port} is the port of another of its own listeners"
    taken = port_holder(target.organization_id, port)
    if taken is not None:
        yield is_of(str(port), taken)


def _said(rows_: Rows) -> Any:
    return [
        {
            "name": name,
            "port": fields["port"],
            "address": fields["host"],
            "hosts": fields["peers"].splitlines(),
            "certificates": fields["certificates"].splitlines(),
            "site": fields["site"],
        }
        for name, fields in rows_.items()
    ]


LISTENERS = Section(
    key="mllp",
    word="HL7 listener",
    field=Field(rows(_read), {}),
    present=_present,
    write=_write,
    said=_said,
    objections=_objections,
)
