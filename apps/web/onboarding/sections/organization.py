"""The organization's own row: the head of the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from apps.core.scope import required_organization
from apps.tenants.models import PLATFORM_SLUG, Organization
from apps.web.onboarding.fields import Field, Fields, Rows, choice, needed, text, zone
from apps.web.onboarding.section import Section, Target

SLUG = r"[a-z][a-z0-9-]{1,48}[a-z0-9]"
HEAD: dict[str, Field] = {
    "slug": needed(text(50, SLUG, "lower-case letters, digits and hyphens, beginning by a letter")),
    "name": needed(text(120)),
    "type": Field(choice(Organization.Type.values), Organization.Type.HOSPITAL.value),
    "region": needed(choice(Organization.Region.values)),
    "time_zone": Field(zone),
    "assigning_authority": needed(text(64)),
}
# The whole of the United Kingdom has one time; elsewhere the file says it.
USUAL_ZONE = {Organization.Region.UK.value: "Europe/London"}
# People were given roles and programs keys for what it is.
FIXED = frozenset({"type"})


def _present() -> Rows:
    row = Organization.objects.get(pk=required_organization())
    return {row.slug: {name: getattr(row, name) for name in HEAD if name != "slug"}}


def _write(organization: Organization, _slug: str, fields: Fields) -> Organization:
    row = Organization.objects.get(pk=organization.pk)
    open_ = {name: value for name, value in fields.items() if name not in FIXED}
    for name, value in open_.items():
        setattr(row, name, value)
    row.save(update_fields=list(open_))
    return row


def _objections(target: Target) -> Iterator[str]:
    if target.name == PLATFORM_SLUG:
        yield "this name is reserved"
    before, is_live = target.before, target.organization and target.organization.is_live
    if before and is_live and before["region"] != target.after["region"]:
        yield f"is in region {before['region']}, where its data are kept; that cannot change"


def _said(rows_: Rows) -> Any:
    ((slug, fields),) = rows_.items()
    return {"slug": slug, **fields}


ORGANIZATION = Section(
    key="",
    word="organization",
    field=Field(text(50)),
    present=_present,
    write=_write,
    said=_said,
    objections=_objections,
    fixed=FIXED,
)
