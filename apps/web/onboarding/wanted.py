"""What a file asks for, read as a whole."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from apps.tenants.actions import NewOrganization
from apps.tenants.organization_types import receives_results
from apps.web.onboarding.document import parse
from apps.web.onboarding.fields import Fields, Rows, record
from apps.web.onboarding.problems import Problem, Refused
from apps.web.onboarding.section import Section
from apps.web.onboarding.sections import SECTIONS
from apps.web.onboarding.sections.organization import HEAD, ORGANIZATION


@dataclass(frozen=True, slots=True)
class Wanted:
    """The organization's own fields, and the rows of each section by name."""

    slug: str
    head: Fields
    rows: dict[str, Rows]

    def of(self, section: Section) -> Rows:
        return {self.slug: self.head} if section is ORGANIZATION else self.rows[section.key]

    def new_organization(self) -> NewOrganization:
        return NewOrganization(self.slug, **self.head)


def read_organization(data: bytes) -> Wanted:
    """Raises Refused with every problem that the file alone shows."""
    fields = HEAD | {section.key: section.field for section in SECTIONS}
    node: yaml.Node = parse(data)
    given = record(node, "", fields)
    slug = given.pop("slug")
    sections = {section.key: given.pop(section.key) for section in SECTIONS}
    for fields_of_site in sections["sites"].values():
        fields_of_site["time_zone"] = fields_of_site["time_zone"] or given["time_zone"]
    _refuse_unknown_sites(sections)
    _refuse_destinations(given["type"], sections)
    return Wanted(slug, given, sections)


def _refuse_unknown_sites(sections: dict[str, Rows]) -> None:
    allowed = ", ".join(sections["sites"])
    problems = [
        Problem(0, f"users[{address}].site", f"“{site}” is no site of this file: {allowed}")
        for address, user in sections["users"].items()
        if (site := user["site"]) is not None and site not in sections["sites"]
    ]
    if problems:
        raise Refused(*problems)


def _refuse_destinations(kind: str, sections: dict[str, Rows]) -> None:
    """`kind` is None where the file's was refused already."""
    if kind and sections["ehr"] and not receives_results(kind):
        raise Refused(Problem(0, "ehr", f"an organization of type {kind} receives no results"))
