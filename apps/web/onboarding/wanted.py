"""What a file asks for, read as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from apps.tenants.actions import NewOrganization
from apps.tenants.organization_types import may_submit, receives_results
from apps.web.onboarding.document import parse
from apps.web.onboarding.fields import Fields, Rows, record
from apps.web.onboarding.problems import Problem, Refused
from apps.web.onboarding.section import Section
from apps.web.onboarding.sections import SECTIONS
from apps.web.onboarding.sections.data_key import DATA_KEY, WANTED
from apps.web.onboarding.sections.organization import HEAD, ORGANIZATION, USUAL_ZONE

# (section, row) → line.
Lines = dict[tuple[str, str], int]

# Sections whose rows may name a site of the file, and the doors ECGs come in by.
AT_SITES = ("users", "shares", "dicom", "mllp")
DOORS = ("shares", "dicom", "mllp")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The organization's own fields, and the rows of each section by name."""

    slug: str
    head: Fields
    rows: dict[str, Rows]
    lines: Lines

    def of(self, section: Section) -> Rows:
        if section is DATA_KEY:
            return WANTED
        return {self.slug: self.head} if section is ORGANIZATION else self.rows[section.key]

    def new_organization(self) -> NewOrganization:
        return NewOrganization(self.slug, **self.head)

    def line_of(self, key: str, name: str) -> int:
        """The line of a row in the file; 0 for what is not a row of it."""
        return self.lines.get((key, name), 0)

    def of_no_use(self, kind: str) -> list[Problem]:
        """What an organization of the type may not have, whatever the file calls it."""
        return list(_of_no_use(kind, self.rows))


def read_organization(data: bytes) -> Wanted:
    """Raises Refused with every problem that the file alone shows."""
    fields = HEAD | {section.key: section.field for section in SECTIONS}
    node: yaml.Node = parse(data)
    given = record(node, "", fields)
    slug = given.pop("slug")
    read = {section.key: given.pop(section.key) for section in SECTIONS}
    given["time_zone"] = given["time_zone"] or USUAL_ZONE.get(given["region"])
    sections = {section.key: section.settle(read[section.key], given) for section in SECTIONS}
    lines = _lines(node, sections)
    problems = [
        *_without_zone(given),
        *_unknown_sites(sections, lines),
        *_of_no_use(given["type"], sections),
        *_same_ports(sections["mllp"], lines),
    ]
    if problems:
        raise Refused(*problems)
    return Wanted(slug, given, sections, lines)


def _lines(node: yaml.Node, sections: dict[str, Rows]) -> Lines:
    """Rows stand in the order of the file; what is no list has the line it begins on."""
    assert isinstance(node, yaml.MappingNode)
    found: Lines = {}
    for key, value in node.value:
        rows = sections.get(key.value, {})
        items = value.value if isinstance(value, yaml.SequenceNode) else [value] * len(rows)
        for name, item in zip(rows, items, strict=True):
            found[key.value, name] = item.start_mark.line + 1
    return found


def _without_zone(head: Fields) -> Iterator[Problem]:
    if head["time_zone"] is None:
        yield Problem(0, "", "lacks time_zone")


def _unknown_sites(sections: dict[str, Rows], lines: Lines) -> Iterator[Problem]:
    allowed = ", ".join(sections["sites"])
    for key in AT_SITES:
        for name, row in sections[key].items():
            site = row["site"]
            if site is not None and site not in sections["sites"]:
                path = f"{key}[{name}].site"
                line = lines[key, name]
                yield Problem(line, path, f"“{site}” is no site of this file: {allowed}")


def _of_no_use(kind: str, sections: dict[str, Rows]) -> Iterator[Problem]:
    if sections["ehr"] and not receives_results(kind):
        yield Problem(0, "ehr", f"an organization of type {kind} receives no results")
    for key in DOORS:
        if sections[key] and not may_submit(kind):
            yield Problem(0, key, f"an organization of type {kind} sends no ECGs")


def _same_ports(listeners: Rows, lines: Lines) -> Iterator[Problem]:
    ports = Counter(row["port"] for row in listeners.values())
    for name, row in listeners.items():
        if ports[row["port"]] > 1:
            words = f"{row['port']} is the port of two of these"
            yield Problem(lines["mllp", name], f"mllp[{name}]", words)
