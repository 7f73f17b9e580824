"""Places. A site without a zone has the organization's."""

from __future__ import annotations

from typing import Any

import yaml

from apps.tenants.models import Organization, Site
from apps.web.onboarding.fields import Field, Fields, Rows, needed, record, rows, text, zone
from apps.web.onboarding.section import Section

NAME = text(120)


def _read(node: yaml.Node, path: str) -> tuple[str, Fields]:
    if isinstance(node, yaml.ScalarNode):
        return NAME(node, path), {"time_zone": None}
    given = record(node, path, {"name": needed(NAME), "time_zone": Field(zone)})
    return given.pop("name"), given


def _present() -> Rows:
    return {site.name: {"time_zone": site.time_zone} for site in Site.objects.all()}


def _write(organization: Organization, name: str, fields: Fields) -> Site:
    site, _ = Site.objects.update_or_create(organization=organization, name=name, defaults=fields)
    return site


def _settle(rows_: Rows, head: Fields) -> Rows:
    return {
        name: {"time_zone": fields["time_zone"] or head["time_zone"]}
        for name, fields in rows_.items()
    }


def _said(rows_: Rows) -> Any:
    return [{"name": name, "time_zone": fields["time_zone"]} for name, fields in rows_.items()]


SITES = Section(
    key="sites",
    word="site",
    field=needed(rows(_read)),
    present=_present,
    write=_write,
    said=_said,
    settle=_settle,
)
