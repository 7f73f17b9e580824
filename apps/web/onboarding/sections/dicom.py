"""AE titles by which devices address the organization. One title belongs to one organization."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from apps.core.peers import tidy_peers
from apps.tenants.inbound import (
    calling_titles,
    check_callers,
    fingerprints,
    set_application_entity,
    title_holder,
)
from apps.tenants.model_inbound import AE_TITLE, ApplicationEntity
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
)
from apps.web.onboarding.section import Section, Target, is_of

FIELDS: dict[str, Field] = {
    "called": needed(text(16, AE_TITLE, "an AE title: capitals, digits, _ . and -, 16 at most")),
    "calling": Field(lines(calling_titles), ""),
    "hosts": Field(lines(tidy_peers), ""),
    "certificates": Field(lines(fingerprints), ""),
    "site": Field(text(120)),
}


def _read(node: yaml.Node, path: str) -> tuple[str, Fields]:
    given = record(node, path, FIELDS)
    reason = check_callers(given["calling"], given["hosts"])
    if reason:
        raise refuse(node, path, f"must {reason} (calling, hosts)")
    return given["called"], {
        "calling_titles": given["calling"],
        "calling_hosts": given["hosts"],
        "certificates": given["certificates"],
        "site": given["site"],
        "active": True,
    }


def _present() -> Rows:
    return {
        row.title: {
            "calling_titles": row.calling_titles,
            "calling_hosts": row.calling_hosts,
            "certificates": row.certificates,
            "site": row.site.name if row.site else None,
            "active": row.is_active,
        }
        for row in ApplicationEntity.objects.select_related("site")
    }


def _write(organization: Organization, name: str, fields: Fields) -> ApplicationEntity:
    return set_application_entity(
        organization,
        name,
        calling_titles=fields["calling_titles"],
        calling_hosts=fields["calling_hosts"],
        certificates=fields["certificates"],
        site=Site.objects.get(name=fields["site"]) if fields["site"] else None,
        is_active=fields["active"],
    )


def _objections(target: Target) -> Iterator[str]:
    taken = title_holder(target.organization_id, target.name)
    if taken is not None:
        yield is_of("it", taken)


def _said(rows_: Rows) -> Any:
    return [
        {
            "called": title,
            "calling": fields["calling_titles"].splitlines(),
            "hosts": fields["calling_hosts"].splitlines(),
            "certificates": fields["certificates"].splitlines(),
            "site": fields["site"],
        }
        for title, fields in rows_.items()
    ]


DICOM = Section(
    key="dicom",
    word="AE title",
    field=Field(rows(_read), {}),
    present=_present,
    write=_write,
    said=_said,
    objections=_objections,
)
