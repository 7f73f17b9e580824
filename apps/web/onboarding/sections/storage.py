"""Where the organization's bytes lie: one folder or bucket of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields as columns
from typing import Any

import yaml

from apps.tenants.model_storage import StorageLocation
from apps.tenants.models import Organization
from apps.tenants.places import active_location
from apps.tenants.secrets import get_secret
from apps.tenants.storage import NewLocation, set_location
from apps.tenants.storage_claims import holder_of
from apps.tenants.storage_rules import check, tidy
from apps.web.onboarding.fields import Field, Fields, Rows, record, refuse, text
from apps.web.onboarding.secret import kept, secret_fields, take_secret
from apps.web.onboarding.section import Section, Target, is_of

SECRET = "secret"  # noqa: S105 - a word of the file
FIELDS: dict[str, Field] = {
    "folder": Field(text(500), ""),
    "bucket": Field(text(63), ""),
    "endpoint": Field(text(253), ""),
    "prefix": Field(text(200), ""),
    "signing_region": Field(text(32), ""),
    "access_key_id": Field(text(128), ""),
    **secret_fields(SECRET),
}
NAMES = [column.name for column in columns(NewLocation) if column.name != "secret_key"]


def _read(node: yaml.Node, path: str) -> Rows:
    given = take_secret(record(node, path, FIELDS), SECRET, node, path)
    if bool(given["folder"]) == bool(given["bucket"]):
        raise refuse(node, path, "must name a folder or a bucket")
    given["kind"] = "folder" if given["folder"] else "s3"
    given["root"] = given.pop("folder")
    return {path: given}


def _settle(rows: Rows, head: Fields) -> Rows:
    """The organization's region is its storage's, and every value has one spelling."""
    settled: Rows = {}
    for given in rows.values():
        secret = {SECRET: given[SECRET]} if SECRET in given else {}
        wanted = tidy(_wanted(given | {"region": head["region"]}))
        values = {name: getattr(wanted, name) for name in NAMES}
        settled[_name(wanted)] = values | secret | {"active": True}
    return settled


def _wanted(fields: Fields) -> NewLocation:
    values = {name: fields[name] for name in NAMES}
    return NewLocation(**values, secret_key=fields[SECRET].text if SECRET in fields else "")


def _name(wanted: NewLocation | StorageLocation) -> str:
    return wanted.root or "/".join(filter(None, (wanted.bucket, wanted.prefix)))


def _present() -> Rows:
    return {_name(row): _fields(row) for row in StorageLocation.objects.order_by("is_active", "id")}


def _fields(row: StorageLocation) -> Fields:
    values: Fields = {name: getattr(row, name) for name in NAMES}
    values[SECRET] = kept(lambda: get_secret(row, "sealed_secret"))
    return values | {"active": row.is_active}


def _write(organization: Organization, _name: str, fields: Fields) -> StorageLocation:
    return set_location(organization, _wanted(fields)).location


def _objections(target: Target) -> Iterator[str]:
    wanted = _wanted(target.after)
    # The region of the file is written before the storage is.
    region = Organization(region=wanted.region)
    is_there = target.before is not None and target.before["endpoint"] == wanted.endpoint
    reason = check(region, wanted, is_new=not is_there)
    if reason:
        yield reason
        return
    taken = holder_of(target.organization_id, wanted)
    if taken is not None:
        yield is_of("it", taken)


def _waits(target: Target) -> bool:
    """A live organization's bytes lie somewhere: they have to be moved first."""
    organization = target.organization
    return organization is not None and (organization.is_live or active_location() is not None)


def _said(rows: Rows) -> Any:
    (fields,) = rows.values()
    said = {"folder": fields["root"]} | {name: fields[name] for name in FIELDS if name in NAMES}
    return {name: value for name, value in said.items() if value}


STORAGE = Section(
    key="storage",
    word="storage",
    field=Field(_read, {}),
    present=_present,
    write=_write,
    said=_said,
    settle=_settle,
    objections=_objections,
    fixed=frozenset({"active"}),
    waits=_waits,
)
